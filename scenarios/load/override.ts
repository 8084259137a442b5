import { parseDocument } from 'yaml';

import type { Problem, SourcePosition } from '../../base/user-error.ts';
import type { ValuePath } from '../../base/yaml-text.ts';
import { parsePath, withValueAt } from './scenario-path.ts';

/** A value that takes the place of what the scenario's text says. */
export interface Override {
  readonly path: ValuePath;
  readonly value: unknown;
  /** Where it was written, for messages: `--set spec.model=qwen3-32b`. */
  readonly origin: string;
  /** Where exactly, when that is a place in a file. */
  readonly at?: SourcePosition;
}

/** Reads `spec.fleet.pools[0].replicas=4` as `--set` takes it; the value is YAML. */
export function parseOverride(text: string): Override | Problem {
  const origin = `--set ${text}`;
  const equals = text.indexOf('=');
  const path = equals < 0 ? undefined : parsePath(text.slice(0, equals));
  if (path === undefined) {
    return {
      code: 'E_SET',
      message: `"${text}" is not PATH=VALUE`,
      at: { file: origin },
      hint: 'for instance --set "spec.fleet.pools[0].replicas=4"',
    };
  }
  const document = parseDocument(text.slice(equals + 1));
  if (document.errors.length > 0) {
    return {
      code: 'E_SET',
      message: `"${text.slice(equals + 1)}" is not YAML`,
      at: { file: origin },
      hint: 'quote texts that contain : or # or start with a bracket',
    };
  }
  return { path, value: document.toJS(), origin };
}

/** The scenario's plain data with the overrides in place, in order; or what keeps one from being applied. */
export function applyOverrides(
  raw: unknown,
  overrides: readonly Override[],
): { readonly raw: unknown; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  let changed = raw;
  for (const { path, value, origin, at } of overrides) {
    const next = withValueAt(changed, path, value);
    if (next === undefined) {
      problems.push({
        code: 'E_SET',
        message: 'the scenario has nothing at this path that could be set',
        at: at ?? { file: origin },
        hint: '`fleetcast scenario show --resolved` prints every path; lists are counted from [0]',
      });
    } else {
      changed = next;
    }
  }
  return { raw: changed, problems };
}
