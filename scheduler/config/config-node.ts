import type { SourcePosition } from '../../base/user-error.ts';

/** A piece of a configuration: what the YAML says, resolved as the picker's reader resolves it, with its place. */
export type ConfigNode = MapNode | ListNode | ScalarNode;

export interface MapNode {
  readonly kind: 'map';
  readonly at: SourcePosition;
  readonly entries: readonly MapEntry[];
}

export interface MapEntry {
  readonly key: string;
  readonly at: SourcePosition;
  readonly value: ConfigNode;
}

export interface ListNode {
  readonly kind: 'list';
  readonly at: SourcePosition;
  readonly items: readonly ConfigNode[];
}

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly at: SourcePosition;
  readonly value: string | number | boolean | undefined;
  /** As written; of a number beyond 2^53 the digits count. */
  readonly text: string;
  /** A number that JSON text writes with a fraction or an exponent: Go takes it for no integer, whatever its value. */
  readonly fraction?: true;
}

/** `a map`, `a list`, `a string`, `a number`, `a boolean`, `nothing`: for messages. */
export function describeNode(node: ConfigNode): string {
  if (node.kind === 'map') return 'a map';
  if (node.kind === 'list') return 'a list';
  if (node.value === undefined) return 'nothing';
  if (typeof node.value === 'boolean') return 'a boolean';
  return typeof node.value === 'number' ? 'a number' : 'a string';
}
