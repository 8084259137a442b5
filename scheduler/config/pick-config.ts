import type { Problem, SourcePosition } from '../../base/user-error.ts';
import { configEntries, dataEntries, isConfigMap, isPickerConfig, type Embedded } from './config-map.ts';
import { configProblem } from './config-error.ts';
import { parseGoYaml, type ParsedYaml } from './go-yaml.ts';

/** An EndpointPickerConfig as it stands in a file. */
export interface PickedConfig {
  readonly parsed: ParsedYaml;
  /** Its own text, without the ConfigMap around it. */
  readonly text: string;
  readonly warnings: readonly string[];
}

/**
 * The EndpointPickerConfig of a text: the text itself, or the entry `key` of the ConfigMaps in it (the picker is told by
 * its flag --config-file which of the mounted files it is); without `key` the only one that they hold. Undefined, with
 * problems, where there is none or no saying which.
 */
export function pickConfig(
  text: string,
  file: string,
  key: string | undefined,
  problems: Problem[],
): PickedConfig | undefined {
  const parsed = parseGoYaml(text, file);
  problems.push(...parsed.problems);
  if (problems.length > 0) return undefined;
  const { root, later } = parsed;
  if (!isConfigMap(root)) {
    if (key !== undefined) {
      const at = { file, line: 1, column: 1 };
      problems.push(configProblem('decode', at, `there is no ConfigMap here to take "${key}" from`));
      return undefined;
    }
    const isIgnored = later.some((other) => isPickerConfig(other) || dataEntries(other).length > 0);
    const warnings = isIgnored
      ? ['only the first YAML document counts, as in the picker; a later one holds another configuration']
      : [];
    return { parsed, text, warnings };
  }
  const entries = [root, ...later].flatMap(dataEntries);
  const found = key === undefined ? configEntries(entries) : entries.filter((entry) => entry.key === key);
  const [embedded] = found;
  const plain = key === undefined ? later.filter(isPickerConfig).length : 0;
  if (embedded === undefined || found.length + plain > 1) {
    problems.push(embedded === undefined ? missing(entries, key, file) : several(found, plain, key, file));
    return undefined;
  }
  const inner = parseGoYaml(embedded.text, file, inside(embedded, text, file));
  problems.push(...inner.problems);
  return problems.length > 0 ? undefined : { parsed: inner, text: embedded.text, warnings: [] };
}

function missing(entries: readonly Embedded[], key: string | undefined, file: string): Problem {
  const at: SourcePosition = { file, line: 1, column: 1 };
  if (key === undefined) return configProblem('decode', at, 'this ConfigMap holds no EndpointPickerConfig');
  const keys = entries.map((entry) => entry.key).join(', ');
  return configProblem('decode', at, `this ConfigMap has no entry "${key}"`, `it has ${keys || 'none'}`);
}

function several(found: readonly Embedded[], plain: number, key: string | undefined, file: string): Problem {
  const second = found[1] ?? found[0];
  const at = { file, line: second?.line ?? 1, column: second?.column ?? 1 };
  const keys = [...found.map((entry) => entry.key), ...(plain > 0 ? ['a document of its own'] : [])];
  const isTelling = key === undefined && plain === 0 && new Set(keys).size === keys.length;
  return configProblem(
    'decode',
    at,
    `this file holds ${found.length + plain} EndpointPickerConfigs (${keys.join(', ')}), and a picker has one`,
    isTelling
      ? `say which, as the picker's --config-file does: router: { file: …, key: ${keys[0]} }`
      : 'put the one that is meant into a file of its own',
  );
}

/** Places in an embedded text, seen from the file it lies in. */
function inside(embedded: Embedded, outer: string, file: string): (offset: number) => SourcePosition {
  const header = outer.split('\n')[embedded.line - 1] ?? '';
  const block = /[|>][-+0-9]*\s*(?:#.*)?$/.test(header.slice(embedded.column - 1));
  if (!block) return () => ({ file, line: embedded.line, column: embedded.column });
  const first =
    outer
      .split('\n')
      .slice(embedded.line)
      .find((line) => line.trim() !== '') ?? '';
  const indent = first.length - first.trimStart().length;
  return (offset) => {
    const before = embedded.text.slice(0, offset).split('\n');
    return {
      file,
      line: embedded.line + before.length,
      column: indent + (before.at(-1)?.length ?? 0) + 1,
    };
  };
}
