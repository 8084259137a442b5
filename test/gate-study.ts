import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { invariant } from '../base/invariant.ts';
import { keyedUniform } from '../base/random.ts';
import { nodeResources } from '../cli/files/node-resources.ts';
import { findScenario, readScenario } from '../cli/files/scenario-file.ts';
import { figureOf } from '../compare/figure-of.ts';
import { gateFigures } from '../compare/gate/gate-figures.ts';
import { judgePairs } from '../compare/gate/judge-pairs.ts';
import { indexOf } from '../documents/request-table.ts';
import type { RunRecord } from '../documents/run-record.ts';
import { loadScenario } from '../scenarios/load/load-scenario.ts';
import { resolveScenario } from '../scenarios/resolve/resolve-scenario.ts';
import { runInputs } from '../scenarios/resolve/run-inputs.ts';
import { workloadOf, type OpenedWorkload } from '../scenarios/resolve/workload-of.ts';
import { simulate } from '../sim/fleet/simulate.ts';
import { summarise } from '../sim/metrics/summary.ts';

/*
 * `npm run gate-study`: how often gates are right. Each gate holds a policy against itself: 16 replications of the agentic
 * scenario, equal sessions in both arms, but arrivals moved independently and tie-breaks and scrape phases of their own.
 * Then the candidate's requests are delayed, each by a seeded draw, so that its P90 TTFT is 5 % worse, and the gate is held
 * again. Prints how many gates call an equal policy better or worse (also when each is taken as two gates of half as many
 * replications), and how many find the delayed one worse.
 *
 * --policy NAME (round-robin), --gates N (200), --from N (0), --replications N (16), --state FILE: a line per gate; those
 * that stand there already are not played again, so that a long study can be done in parts.
 */
const { values: options } = parseArgs({
  options: {
    policy: { type: 'string', default: 'round-robin' },
    gates: { type: 'string', default: '200' },
    from: { type: 'string', default: '0' },
    replications: { type: 'string', default: '16' },
    state: { type: 'string' },
  },
});

/** How much worse the delayed candidate is. */
const WORSE = 1.05;

/** Seeds that one gate may use up, and where those of the routers begin: none is used twice. */
const SEEDS_PER_GATE = 1000;
const ROUTER_SEEDS = 10_000_000;

/** Runs that tell how long the delay must be; their seeds are those of no gate. */
const CALIBRATION = { seeds: Array.from({ length: 8 }, (_, k) => 900_000_000 + k) };

interface GateLine {
  readonly policy: string;
  readonly gate: number;
  readonly replications: number;
  /** By figure and replication; those of the candidate without and with the delay. */
  readonly baseline: Values;
  readonly candidate: Values;
  readonly delayed: Values;
}

type Values = readonly (readonly (number | null)[])[];

const cwd = process.cwd();
const resources = nodeResources(cwd);
const loaded = loadScenario(readScenario(findScenario('agentic', cwd), cwd), [], resources);
const scenario = resolveScenario(loaded, resources);
const figures = gateFigures(scenario.thresholds);
const replications = Number(options.replications);
const openedAt = (contentSeed: number, jitter: number): OpenedWorkload =>
  workloadOf(loaded, resources, undefined, { replications: { contentSeed, jitter } });

const known = new Map(
  (options.state !== undefined && existsSync(options.state) ? readFileSync(options.state, 'utf8') : '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): GateLine => JSON.parse(line) as GateLine)
    .filter((line) => line.policy === options.policy && line.replications === replications)
    .map((line) => [line.gate, line]),
);
const wanted = Array.from({ length: Number(options.gates) }, (_, k) => Number(options.from) + k);
if (wanted.some((gate) => !known.has(gate))) playGates();
report();

function playGates(): void {
  const delay = delayFor();
  process.stderr.write(`mean delay ${(1000 * delay).toFixed(1)} ms\n`);
  for (const gate of wanted) {
    if (known.has(gate)) continue;
    const seeds = Array.from({ length: replications }, (_, k) => gate * SEEDS_PER_GATE + k);
    const baseline = recordsOf(seeds, 0);
    const candidate = recordsOf(seeds, 1);
    const line: GateLine = {
      policy: options.policy,
      gate,
      replications,
      baseline: valuesOf(baseline),
      candidate: valuesOf(candidate),
      delayed: valuesOf(candidate.map(delayed.bind(undefined, delay))),
    };
    known.set(gate, line);
    if (options.state !== undefined) appendFileSync(options.state, `${JSON.stringify(line)}\n`);
    process.stderr.write(`gate ${gate}\n`);
  }
}

/** Both arms play the content of seed 1: the shipped traffic. */
function recordsOf(seeds: readonly number[], arm: number): RunRecord[] {
  const inputs = runInputs(scenario, openedAt(1, arm), { policies: [options.policy], seeds });
  return inputs.map((input) => simulate({ ...input, routerSeed: input.seed + arm * ROUTER_SEEDS }));
}

function valuesOf(records: readonly RunRecord[]): Values {
  return figures.map(({ figure }) => records.map((record) => figureOf(figure, record) ?? null));
}

function verdicts(baseline: Values, candidate: Values, seed: number): (readonly [string, string])[] {
  const present = (values: Values, place: number): (number | undefined)[] =>
    (values[place] ?? []).map((value) => value ?? undefined);
  const { comparisons } = judgePairs(
    figures.map(({ path, better }, place) => ({
      baseline: 'itself',
      candidate: 'candidate',
      metric: path,
      better,
      fixture: undefined,
      baselineValues: present(baseline, place),
      candidateValues: present(candidate, place),
    })),
    seed,
  );
  return comparisons.map(({ metric, verdict }) => [metric, verdict]);
}

/** The run with every request delayed by a draw of its own, uniform up to twice the mean. */
function delayed(mean: number, { entry, requests, ...rest }: RunRecord): RunRecord {
  const delays = Float64Array.from(
    requests.ttft,
    (_, row) => 2 * mean * keyedUniform(entry.seed, 'delay', indexOf(requests, row)),
  );
  const later = (column: Float64Array): Float64Array =>
    column.map((value, row) => value + (delays[row] ?? 0));
  const ttft = later(requests.ttft);
  const limit = scenario.slo?.default.ttft ?? Infinity;
  const table = {
    ...requests,
    ttft,
    e2e: later(requests.e2e),
    meetsSlo: requests.meetsSlo?.map((meets, row) => ((ttft[row] ?? 0) <= limit ? meets : 0)),
  };
  return {
    ...rest,
    entry: { ...entry, ...summarise(table, () => true, entry.simulatedSeconds) },
    requests: table,
  };
}

/** The mean delay that makes P90 TTFT 5 % worse over the calibration runs, seconds: found by halving. */
function delayFor(): number {
  const records = recordsOf(CALIBRATION.seeds, 0);
  const p90 = (all: readonly RunRecord[]): number =>
    all.reduce((sum, { entry }) => sum + (entry.ttft.p90 ?? 0), 0) / all.length;
  const before = p90(records);
  let [low, high] = [0, before];
  for (let step = 0; step < 20; step++) {
    const middle = (low + high) / 2;
    if (p90(records.map(delayed.bind(undefined, middle))) < WORSE * before) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function report(): void {
  const lines = wanted.map((gate) => {
    const line = known.get(gate);
    invariant(line !== undefined, 'every gate was played', { gate });
    return line;
  });
  const calls = (values: (line: GateLine) => readonly (readonly [Values, Values])[]): string => {
    const gates = lines.flatMap((line) => values(line).map((arms) => ({ arms, seed: line.gate })));
    const called = gates.filter(({ arms: [baseline, candidate], seed }) =>
      verdicts(baseline, candidate, seed).some(([, verdict]) => verdict === 'better' || verdict === 'worse'),
    ).length;
    return `${called} of ${gates.length} (${((100 * called) / gates.length).toFixed(1)} %)`;
  };
  const half = replications / 2;
  const halved = (values: Values, from: number): Values => values.map((of) => of.slice(from, from + half));
  const found = lines.filter(({ gate, baseline, delayed }) =>
    verdicts(baseline, delayed, gate).some(
      ([metric, verdict]) => metric === 'ttft.p90' && verdict === 'worse',
    ),
  ).length;
  process.stdout.write(
    [
      `${options.policy} against itself, other arrivals, ties and scrape phases in each arm`,
      `gates of ${replications} replications that call it better or worse: ${calls(({ baseline, candidate }) => [[baseline, candidate]])}`,
      `the same runs as gates of ${half}: ${calls(({ baseline, candidate }) => [0, half].map((from) => [halved(baseline, from), halved(candidate, from)] as const))}`,
      `gates of ${replications} that find a P90 TTFT that is 5 % worse: ${found} of ${lines.length} (${((100 * found) / lines.length).toFixed(1)} %)`,
      '',
    ].join('\n'),
  );
}
