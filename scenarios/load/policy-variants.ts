import type { Problem } from '../../base/user-error.ts';
import { entries } from './cross-checks.ts';
import { applyOverrides, type Override } from './override.ts';
import { formatPath, liesWithin, parsePath, valueAt } from './scenario-path.ts';
import type { Locate } from './schema-problems.ts';

/** The plain data of a scenario as one policy changes it. */
interface PolicyVariant {
  readonly policy: string;
  readonly raw: unknown;
  readonly problems: readonly Problem[];
  readonly locate: Locate;
}

/** A scenario for each policy that changes something for itself (`policies[].set`). */
export function policyVariants(raw: unknown, locate: Locate): PolicyVariant[] {
  return entries(raw, ['spec', 'policies']).flatMap(({ value, path }) => {
    const policy = valueAt(value, ['name']);
    const overrides = entries(value, ['set']).flatMap(
      ({ value: replacement, path: [, written] }): Override[] => {
        const target = parsePath(String(written));
        return target === undefined
          ? []
          : [{ path: target, value: replacement, origin: formatPath([...path, 'set', String(written)]) }];
      },
    );
    if (typeof policy !== 'string' || overrides.length === 0) return [];
    const applied = applyOverrides(raw, overrides);
    const written = (origin: string): string => String(parsePath(origin)?.at(-1));
    return {
      policy,
      raw: applied.raw,
      problems: applied.problems.map((problem) => ({
        ...problem,
        message: `${problem.at?.file}: ${problem.message}`,
        at: locate([...path, 'set', written(problem.at?.file ?? '')], 'key'),
      })),
      locate: (place, of) => {
        const override = overrides.findLast((one) => liesWithin(place, one.path));
        return override === undefined
          ? locate(place, of)
          : locate([...path, 'set', written(override.origin)], 'key');
      },
    };
  });
}
