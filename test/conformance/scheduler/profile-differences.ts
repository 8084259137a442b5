import type { ProfileResult } from '../../../scheduler/decision.ts';
import type { Rejection } from '../../../scheduler/rejection.ts';
import { deepDifferences } from './deep-differences.ts';
import type { Difference } from './family.ts';
import type { RecordedError, RecordedProfile } from './recorded-types.ts';

/** Where the profiles that ran differ from the recorded ones: filters, scores, totals, the best, errors. */
export function profileDifferences(
  recorded: readonly RecordedProfile[],
  actual: readonly ProfileResult[],
  cause: string,
): Difference[] {
  const names = recorded.map(({ name }) => name);
  const differences = deepDifferences(
    names,
    actual.map(({ name }) => name),
    cause,
    'profiles',
  );
  recorded.forEach((profile, i) => {
    const result = actual[i];
    if (result?.name === profile.name) differences.push(...oneProfile(profile, result, cause));
  });
  return differences;
}

/** An error in the form of the recordings. */
export function recordedError(error: Rejection | undefined): RecordedError | undefined {
  if (error === undefined) return undefined;
  const { code, http, reason } = error;
  return { code: code ?? 'untyped', http, ...(reason !== undefined && { reason }) };
}

function oneProfile(recorded: RecordedProfile, result: ProfileResult, cause: string): Difference[] {
  const { reasons } = result;
  const byId = (values: readonly number[]): Record<string, number> =>
    Object.fromEntries((reasons?.endpoints ?? []).map(({ id }, i) => [id, values[i] ?? 0]));
  const failed = result.error !== undefined;
  const actual = {
    filters: reasons?.filters.map(({ plugin, kept }) => ({ plugin, kept: kept.map(({ id }) => id) })),
    scorers: failed
      ? []
      : reasons?.scorers.map(({ plugin, weight, scores }) => ({ plugin, weight, scores: byId(scores) })),
    totals: failed ? undefined : byId(reasons?.totals ?? []),
    error: recordedError(result.error),
  };
  const expected = {
    filters: recorded.filters?.map(({ plugin, kept }) => ({ plugin, kept: kept ?? [] })) ?? [],
    scorers:
      recorded.scorers?.map(({ plugin, weight, scores }) => ({ plugin, weight, scores: scores ?? {} })) ?? [],
    totals: recorded.totals,
    error: recorded.error,
  };
  const field = `profiles.${recorded.name}`;
  return [
    ...deepDifferences(expected, actual, cause, field),
    ...bestDifferences(recorded, reasons?.best.map(({ id }) => id) ?? [], field, cause),
  ];
}

/** Best sets may differ by endpoints whose recorded totals are within 1e-9 of the highest. */
function bestDifferences(
  recorded: RecordedProfile,
  best: readonly string[],
  field: string,
  cause: string,
): Difference[] {
  const expected = recorded.argmax ?? [];
  if (expected.join() === best.join()) return [];
  const totalOf = (id: string): number => Number(recorded.totals?.[id]);
  if (expected.length === 0) return [{ field: `${field}.argmax`, expected, actual: best, cause }];
  const odd = [
    ...expected.filter((id) => !best.includes(id)),
    ...best.filter((id) => !expected.includes(id)),
  ];
  const highest = Math.max(...expected.map(totalOf));
  const close = odd.every((id) => Math.abs(totalOf(id) - highest) <= 1e-9 * Math.max(1, Math.abs(highest)));
  return odd.length > 0 && close ? [] : [{ field: `${field}.argmax`, expected, actual: best, cause }];
}
