import { didYouMean } from '../../base/nearest.ts';
import type { Problem } from '../../base/user-error.ts';
import { parseYaml, type ValuePath } from '../../base/yaml-text.ts';
import type { ProfileText } from '../../hardware-profiles/profile-source.ts';
import { formatPath, valueAt } from '../load/scenario-path.ts';
import { schemaProblems, type Locate } from '../load/schema-problems.ts';
import { entrySchema, type InferencePerfEntry } from './entry-schema.ts';

export type ReadEntry =
  | { readonly entry: InferencePerfEntry }
  /** In the file, or of the id that was asked for: those have no place in it. */
  | { readonly problems: readonly Problem[] };

/**
 * The workload `id` of a file that is a list of inference-perf workloads, or has one under `workloads`; of a file that is a
 * plain inference-perf configuration, that one, whose id need not be given.
 */
export function readEntry({ file, text }: ProfileText, id: string | undefined): ReadEntry {
  const yaml = parseYaml(file, text);
  if (yaml.problems.length > 0) return yaml;
  const found = entryPath(yaml.value, id);
  if ('code' in found) return { problems: [found] };
  const { path } = found;
  const raw = valueAt(yaml.value, path);
  const locate: Locate = (below, of) => yaml.positionOf([...path, ...below], of);
  const unread = unreadable(raw, locate);
  const problems = unread.length > 0 ? unread : schemaProblems(entrySchema, raw, locate);
  return problems.length > 0 ? { problems } : { entry: entrySchema.parse(raw) };
}

/** Where the entry stands in the file. */
function entryPath(value: unknown, id: string | undefined): { readonly path: ValuePath } | Problem {
  const lists: readonly ValuePath[] = [[], ['workloads']];
  const path = lists.find((one) => Array.isArray(valueAt(value, one)));
  if (path === undefined) {
    const own = valueAt(value, ['id']);
    const isConfig = valueAt(value, ['load']) !== undefined || valueAt(value, ['data']) !== undefined;
    if (isConfig && (id === undefined || id === own)) return { path: [] };
    return isConfig
      ? notFound(`this file is one inference-perf configuration, not "${id}"`, 'leave id out')
      : notFound(
          'this file has no inference-perf workloads',
          'it is an inference-perf config.yml (load, data, api, server), or a list of such with ids, possibly under `workloads`',
        );
  }
  const list: unknown = valueAt(value, path);
  const ids = (Array.isArray(list) ? list : []).map((one) => String(valueAt(one, ['id'])));
  const index = id === undefined ? -1 : ids.indexOf(id);
  if (index >= 0) return { path: [...path, index] };
  const known = `ids: ${ids.join(', ')}`;
  return id === undefined
    ? notFound('this file has several workloads: which one is meant?', `give its id; ${known}`)
    : notFound(`this file has no workload "${id}"`, didYouMean(id, ids) ?? known);
}

function notFound(message: string, hint: string): Problem {
  return { code: 'E_INFERENCE_PERF', message, hint };
}

const DATA = ['shared_prefix', 'random', 'conversation_replay'];
const LOADS = ['constant', 'poisson', 'concurrent'];

/** What no schema would put well: placeholders that nobody has filled in, and kinds that cannot be simulated. */
function unreadable(raw: unknown, locate: Locate): Problem[] {
  const unsupported = (path: ValuePath, text: string, hint: string): Problem => ({
    code: 'E_UNSUPPORTED',
    message: `${formatPath(path)} ${text}`,
    at: locate(path),
    hint,
  });
  const kind = (path: ValuePath, known: readonly string[]): Problem[] => {
    const value = valueAt(raw, path);
    if (typeof value !== 'string' || known.includes(value)) return [];
    return [unsupported(path, `"${value}" is not simulated`, `what is: ${known.join(', ')}`)];
  };
  const prefix = ['data', 'shared_prefix'];
  return [
    ...['load', 'data', 'api', 'server', 'ignoreEos'].flatMap((key) =>
      placeholders(valueAt(raw, [key]), [key], locate),
    ),
    ...kind(['load', 'type'], LOADS),
    ...kind(['data', 'type'], DATA),
    ...(valueAt(raw, [...prefix, 'enable_multi_turn_chat']) === true
      ? [
          unsupported(
            [...prefix, 'enable_multi_turn_chat'],
            'is not simulated',
            'take conversation_replay for conversations',
          ),
        ]
      : []),
    ...((valueAt(raw, [...prefix, 'multimodal']) ?? undefined) === undefined
      ? []
      : [unsupported([...prefix, 'multimodal'], 'is not simulated', 'only text is')]),
  ];
}

function placeholders(value: unknown, path: ValuePath, locate: Locate): Problem[] {
  if (typeof value === 'string' && /\$\{[^}]*\}/.test(value)) {
    return [
      {
        code: 'E_PLACEHOLDER',
        message: `${formatPath(path)} is a placeholder: ${value}`,
        at: locate(path),
        hint: 'write the value in its place, in a copy of the file',
      },
    ];
  }
  if (typeof value !== 'object' || value === null) return [];
  const items: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
    ? value.map((item: unknown, index) => [index, item] as const)
    : Object.entries(value);
  return items.flatMap(([key, item]) => placeholders(item, [...path, key], locate));
}
