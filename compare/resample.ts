import { random, type Random } from '../base/random.ts';
import { METRICS } from '../documents/metric.ts';
import type { RequestTable } from '../documents/request-table.ts';
import { blocksOf } from './blocks.ts';
import { Sample } from './sample.ts';

const DRAWS = 1000;

/** With fewer blocks than this a bootstrap says nothing. */
const FEWEST_BLOCKS = 20;

export interface Resampled {
  /** Blocks that were drawn from, of the seed that has fewest. */
  readonly blocks: number;
  /** By policy, in the order given; undefined: too few blocks. */
  readonly policies: readonly PolicyDraws[] | undefined;
}

/** What each draw gives for one policy; NaN = nothing. */
export interface PolicyDraws {
  /** By path of METRICS. */
  readonly metrics: ReadonlyMap<string, Float64Array>;
  /** Attainment by class; undefined = requests without one. */
  readonly classAttainment: ReadonlyMap<string | undefined, Float64Array>;
}

/**
 * Block bootstrap of several policies on the same requests: `tables[policy][seed]`. Each of 1,000 draws takes a seed,
 * draws as many blocks of it as there are, with replacement, and recomputes every metric of every policy on them.
 * Policies are compared draw by draw. Equal arguments give equal draws.
 */
export function resample(tables: readonly (readonly RequestTable[])[], seed: number): Resampled {
  const seeds = Array.from(tables[0]?.keys() ?? [], (s) => {
    const ofSeed = tables.flatMap((ofPolicy) => ofPolicy[s] ?? []);
    const { count, codes } = blocksOf(ofSeed);
    return { count, codes, tables: ofSeed, weights: new Int32Array(count) };
  });
  const blocks = Math.min(...seeds.map(({ count }) => count), Infinity);
  if (blocks === Infinity || blocks < FEWEST_BLOCKS) {
    return { blocks: blocks === Infinity ? 0 : blocks, policies: undefined };
  }
  const samples = seeds.map((ofSeed) =>
    ofSeed.tables.map(
      (table, policy) => new Sample(table, ofSeed.codes[policy] ?? new Int32Array(0), ofSeed.count),
    ),
  );
  const classes = [undefined, ...new Set(tables.flat().flatMap((table) => table.dictionaries.classes))];
  const policies = tables.map(() => ({
    metrics: new Map(METRICS.map(({ path }) => [path, new Float64Array(DRAWS)])),
    classAttainment: new Map(classes.map((name) => [name, new Float64Array(DRAWS)])),
  }));
  const columns = policies.map(({ metrics }) => [...metrics.values()]);
  const values = new Float64Array(METRICS.length);
  const source = random(seed, 0, 'compare bootstrap');
  for (let draw = 0; draw < DRAWS; draw++) {
    const s = seeds.length === 1 ? 0 : source.integer(seeds.length);
    const weights = seeds[s]?.weights ?? new Int32Array(0);
    drawBlocks(source, weights);
    policies.forEach(({ classAttainment }, policy) => {
      const sample = samples[s]?.[policy];
      sample?.evaluate(weights, values);
      columns[policy]?.forEach((column, metric) => {
        column[draw] = values[metric] ?? NaN;
      });
      for (const [name, column] of classAttainment)
        column[draw] = sample?.classAttainment(name, weights) ?? NaN;
    });
  }
  return { blocks, policies };
}

/** How often each block is drawn when as many are drawn as there are. */
function drawBlocks(source: Random, weights: Int32Array): void {
  weights.fill(0);
  for (let k = 0; k < weights.length; k++) {
    const block = source.integer(weights.length);
    weights[block] = (weights[block] ?? 0) + 1;
  }
}
