import type { ProfileSource } from '../../../hardware-profiles/profile-source.ts';
import { gpuNamed } from '../gpu-named.ts';
import { modelNamed } from '../model-named.ts';
import type { Experiment } from './experiment-schema.ts';

/**
 * Tokens of a server's KV cache where a report does not say: what another report on the same model, GPU and parallelism
 * states, of several the one nearest in time. Undefined where none does.
 */
export function siblingKvTokens(
  entry: Experiment,
  all: readonly Experiment[],
  profiles: ProfileSource,
): number | undefined {
  const servers = ({ model, gpu, tp = 1 }: Experiment): string =>
    `${modelNamed(profiles, model) ?? model} ${gpuNamed(profiles, gpu) ?? gpu} ${tp}`;
  const distance = (other: Experiment): number => Math.abs(monthOf(other.date) - monthOf(entry.date));
  const stated = all
    .filter((other) => servers(other) === servers(entry))
    .toSorted((a, b) => distance(a) - distance(b))
    .flatMap(({ engine: { kvCacheTokensPerServer: tokens } }) =>
      typeof tokens === 'number' ? [tokens] : [],
    );
  return stated[0];
}

/** Months since year 0 of `2025-09 …`, `2026 Q2 …` (its middle) or `2026` (its middle). */
function monthOf(date = ''): number {
  const [, year = '0', month, quarter] = /^(\d{4})(?:-(\d\d)| Q(\d))?/.exec(date) ?? [];
  return Number(year) * 12 + Number(month ?? (quarter === undefined ? 6 : 3 * Number(quarter) - 1));
}
