import { nearest } from '../../base/nearest.ts';
import type { Problem } from '../../base/user-error.ts';
import { BUILTIN_POLICIES } from '../builtin-policies.ts';
import { parseThreshold } from '../../documents/threshold.ts';
import { scenarioSchema } from '../schema/scenario-schema.ts';
import { formatPath, parsePath, valueAt } from './scenario-path.ts';
import { keysAt } from './schema-at.ts';
import type { Locate } from './schema-problems.ts';

/*
 * What a schema cannot say because it spans several places. Works on plain data that may be wrong elsewhere, so that
 * all mistakes of a file are reported at once: whatever does not have the expected shape is passed over here.
 */

/** Routers that are no endpoint pickers: how they break ties is their own. */

/** Parts of a scenario that a policy may change for itself; the others say what all policies are compared on. */
const SETTABLE = ['fleet', 'model', 'prices'];

/** Mistakes that span several places of a scenario. */
export function crossProblems(raw: unknown, locate: Locate): Problem[] {
  return [
    ...duplicates(raw, ['spec', 'fleet', 'pools'], locate),
    ...duplicates(raw, ['spec', 'policies'], locate),
    ...duplicates(raw, ['spec', 'sweep'], locate),
    ...modelProblems(raw, locate),
    ...adapterProblems(raw, locate),
    ...thresholdProblems(raw, locate),
    ...entries(raw, ['spec', 'policies']).flatMap(({ value, path }) => policyProblems(value, path, locate)),
  ];
}

type Path = readonly (string | number)[];

/** The entries of a list or a map, each with its path; none where there is neither. */
export function entries(raw: unknown, path: Path): { readonly value: unknown; readonly path: Path }[] {
  const holder = valueAt(raw, path);
  if (Array.isArray(holder)) {
    const items: readonly unknown[] = holder;
    return items.map((value, index) => ({ value, path: [...path, index] }));
  }
  if (typeof holder !== 'object' || holder === null) return [];
  return Object.entries(holder).map(([key, value]) => ({ value, path: [...path, key] }));
}

/** Requests for adapters need servers that take them. */
function adapterProblems(raw: unknown, locate: Locate): Problem[] {
  if (valueAt(raw, ['spec', 'workload', 'lora_traffic_split']) === undefined) return [];
  return entries(raw, ['spec', 'fleet', 'pools']).flatMap(({ value, path }) =>
    valueAt(value, ['engine', 'max_loras']) === undefined
      ? {
          code: 'E_MISSING',
          message: `${formatPath([...path, 'engine', 'max_loras'])} is missing`,
          at: locate(path),
          hint: 'workload.lora_traffic_split asks for adapters, and vLLM takes none without max_loras',
        }
      : [],
  );
}

function duplicates(raw: unknown, path: Path, locate: Locate): Problem[] {
  const seen = new Set<unknown>();
  return entries(raw, path).flatMap(({ value, path: place }) => {
    const name = valueAt(value, ['name']);
    if (name === undefined || !seen.has(name)) {
      seen.add(name);
      return [];
    }
    return {
      code: 'E_DUPLICATE',
      message: `${formatPath([...place, 'name'])} must be unique: ${JSON.stringify(name)} is taken`,
      at: locate([...place, 'name']),
      hint: 'reports tell them apart by name',
    };
  });
}

function modelProblems(raw: unknown, locate: Locate): Problem[] {
  const spec = valueAt(raw, ['spec']);
  if (typeof spec !== 'object' || spec === null || 'model' in spec) return [];
  const known = keysAt(scenarioSchema, ['spec']);
  // A key that was meant to be `model` is reported as unknown; that `model` is missing is no second mistake.
  if (Object.keys(spec).some((key) => !known.includes(key) && nearest(key, known, 1)[0] === 'model'))
    return [];
  const needing = entries(raw, ['spec', 'fleet', 'pools']).filter(
    ({ value }) =>
      valueAt(value, ['step_time']) === undefined ||
      valueAt(value, ['engine', 'max_model_len']) === undefined,
  );
  if (needing.length === 0) return [];
  return [
    {
      code: 'E_MISSING',
      message: 'spec.model is missing',
      at: locate(['spec'], 'key'),
      hint: 'name a model profile, for instance `model: qwen3-32b`; it may be left out only if every pool has a step_time and engine.max_model_len',
    },
  ];
}

function thresholdProblems(raw: unknown, locate: Locate): Problem[] {
  return entries(raw, ['spec', 'thresholds']).flatMap(({ path }) =>
    entries(raw, path).flatMap(({ value, path: place }) => {
      const parsed = typeof value === 'string' ? parseThreshold(String(path.at(-1)), value) : undefined;
      if (parsed === undefined || !('message' in parsed)) return [];
      return {
        code: 'E_THRESHOLD',
        message: `${formatPath(place)}: ${parsed.message}`,
        at: locate(place),
        hint: parsed.hint,
      };
    }),
  );
}

function policyProblems(policy: unknown, path: Path, locate: Locate): Problem[] {
  const builtin = valueAt(policy, ['router', 'builtin']);
  const ignored = BUILTIN_POLICIES.has(String(builtin))
    ? [['tie_break'], ['router', 'allow_experimental']].filter((key) => valueAt(policy, key) !== undefined)
    : [];
  return [
    ...ignored.map((key) => ({
      code: 'E_SCENARIO',
      message: `${formatPath([...path, ...key])} says nothing to ${String(builtin)}`,
      at: locate([...path, ...key], 'key'),
      hint: 'it belongs to an EndpointPickerConfig: router.file, or builtin llm-d and llm-d-default',
    })),
    ...entries(policy, ['set']).flatMap(({ path: [, written] }) => {
      const target = parsePath(String(written));
      if (target?.[0] === 'spec' && SETTABLE.includes(String(target[1]))) return [];
      return {
        code: 'E_SET',
        message: `${formatPath([...path, 'set'])}: "${String(written)}" is not a path that a policy may change`,
        at: locate([...path, 'set', String(written)], 'key'),
        hint: `paths below ${SETTABLE.map((key) => `spec.${key}`).join(', ')}, such as spec.fleet.pools[0].replicas`,
      };
    }),
  ];
}
