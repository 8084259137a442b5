import type { ConfigNode, MapNode } from './config-node.ts';

/** An EndpointPickerConfig inside a Kubernetes ConfigMap: which entry of `data`, its text, and where it begins. */
export interface Embedded {
  readonly key: string;
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/** The entries of a ConfigMap's `data` that are texts; none when the tree is no ConfigMap. */
export function dataEntries(root: ConfigNode | undefined): readonly Embedded[] {
  if (root?.kind !== 'map' || !isConfigMap(root)) return [];
  const data = root.entries.find(({ key }) => key === 'data')?.value;
  if (data?.kind !== 'map') return [];
  return data.entries.flatMap(({ key, value }) =>
    value.kind === 'scalar' && typeof value.value === 'string'
      ? [{ key, text: value.value, line: value.at.line ?? 1, column: value.at.column ?? 1 }]
      : [],
  );
}

/** Those of some entries that hold an EndpointPickerConfig: whose text names the kind, else the only one in YAML. */
export function configEntries(entries: readonly Embedded[]): readonly Embedded[] {
  const named = entries.filter(({ text }) =>
    /^\s*["']?kind["']?\s*:\s*["']?EndpointPickerConfig/m.test(text),
  );
  const yamls = entries.filter(({ key }) => /\.ya?ml$/.test(key));
  return named.length === 0 && yamls.length === 1 ? yamls : named;
}

export function isConfigMap(root: ConfigNode | undefined): boolean {
  return root?.kind === 'map' && textOf(root, 'kind') === 'ConfigMap';
}

/** Whether the tree itself is an EndpointPickerConfig by its kind. */
export function isPickerConfig(root: ConfigNode | undefined): boolean {
  return root?.kind === 'map' && textOf(root, 'kind') === 'EndpointPickerConfig';
}

function textOf(map: MapNode, key: string): string | undefined {
  const value = map.entries.find((entry) => entry.key === key)?.value;
  return value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined;
}
