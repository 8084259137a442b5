import type { ConfigNode, MapNode } from './config-node.ts';

/** An EndpointPickerConfig inside a Kubernetes ConfigMap: which entry of `data`, its text, and where it begins. */
export interface Embedded {
  readonly key: string;
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/**
 * The entry of a ConfigMap's `data` that holds an EndpointPickerConfig: the first whose text names the kind, else the
 * only one that ends in .yaml or .yml. Undefined when the tree is no ConfigMap or has no such entry.
 */
export function findEmbedded(root: ConfigNode | undefined): Embedded | undefined {
  if (root?.kind !== 'map' || textOf(root, 'kind') !== 'ConfigMap') return undefined;
  const data = root.entries.find(({ key }) => key === 'data')?.value;
  if (data?.kind !== 'map') return undefined;
  const files = data.entries.flatMap(({ key, value }) =>
    value.kind === 'scalar' && typeof value.value === 'string'
      ? [{ key, text: value.value, line: value.at.line ?? 1, column: value.at.column ?? 1 }]
      : [],
  );
  const yamls = files.filter(({ key }) => /\.ya?ml$/.test(key));
  return (
    files.find(({ text }) => /^\s*["']?kind["']?\s*:\s*["']?EndpointPickerConfig/m.test(text)) ??
    (yamls.length === 1 ? yamls[0] : undefined)
  );
}

export function isConfigMap(root: ConfigNode | undefined): boolean {
  return root?.kind === 'map' && textOf(root, 'kind') === 'ConfigMap';
}

function textOf(map: MapNode, key: string): string | undefined {
  const value = map.entries.find((entry) => entry.key === key)?.value;
  return value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined;
}
