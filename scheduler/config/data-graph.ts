import { APPROX_PRODUCER, ENCODER_PRODUCER, IN_FLIGHT_PRODUCER, LATENCY_PRODUCER } from '../attributes.ts';
import { SESSION_PRODUCER, TOKEN_PRODUCER } from '../attributes.ts';
import {
  encoderMatchData,
  inFlightData,
  latencyData,
  prefixMatchData,
  sessionIdData,
  tokenizedPromptData,
} from '../attributes.ts';
import type { PluginPlan } from '../plugin-type.ts';
import type { Assembly } from './assembly.ts';
import { configProblem } from './config-error.ts';

/** Producers in an order in which they may run, and the pairs [a, b] (a after b) that any order must keep. */
export interface DataGraph {
  readonly producers: readonly PluginPlan[];
  readonly runsAfter: readonly (readonly [string, string])[];
}

/** Data that somebody makes when nobody was declared to. Source: cmd/epp/runner/runner.go (RegisterAsDefaultProducer). */
const DEFAULT_PRODUCERS: ReadonlyMap<string, string> = new Map([
  [prefixMatchData(), APPROX_PRODUCER],
  [inFlightData(), IN_FLIGHT_PRODUCER],
  [latencyData(), LATENCY_PRODUCER],
  [encoderMatchData(), ENCODER_PRODUCER],
  [tokenizedPromptData(), TOKEN_PRODUCER],
  [sessionIdData(), SESSION_PRODUCER],
]);

/**
 * Adds the producers that required data still lack, and theirs, and finds the order of all producers.
 * Source: EPP/datalayer/data_graph.go.
 */
export function completeDataGraph(assembly: Assembly): DataGraph {
  addMissingProducers(assembly);
  const declared = assembly.declared();
  const madeBy = new Map<string, PluginPlan[]>();
  const producers = assembly.plans.filter(
    (plan) => plan.type.roles.includes('producer') && plan.data(declared).produces !== undefined,
  );
  for (const plan of producers) {
    for (const text of plan.data(declared).produces ?? [])
      madeBy.set(text, [...(madeBy.get(text) ?? []), plan]);
  }
  const runsAfter: [string, string][] = [];
  for (const plan of producers) {
    for (const text of plan.data(declared).requires ?? []) {
      for (const other of madeBy.get(text) ?? []) {
        const known = runsAfter.some(([a, b]) => a === plan.name && b === other.name);
        if (other !== plan && !known) runsAfter.push([plan.name, other.name]);
      }
    }
  }
  return { producers: sortProducers(producers, runsAfter, assembly), runsAfter };
}

/** In rounds: what a round adds counts for the next one only, even where it makes other required data as well. */
function addMissingProducers(assembly: Assembly): void {
  let from = 0;
  while (from < assembly.plans.length) {
    const round = [...assembly.plans];
    const declared = assembly.declared();
    const made = new Set(round.flatMap((plan) => plan.data(declared).produces ?? []));
    for (const consumer of round.slice(from)) {
      for (const text of consumer.data(declared).requires ?? []) {
        if (!made.has(text)) addDefaultProducer(text, consumer.name, assembly);
      }
    }
    from = round.length;
  }
}

function addDefaultProducer(text: string, consumer: string, assembly: Assembly): void {
  const at = assembly.placeOf(consumer);
  const type = DEFAULT_PRODUCERS.get(text);
  if (type === undefined) {
    const message = `${consumer} needs the data ${text}, which no plugin produces`;
    const hint = text.startsWith('UncachedRequestTokens') ? 'declare an inflight-load-producer' : undefined;
    assembly.problems.push(configProblem('no-default-producer', at, message, hint));
  } else if (assembly.get(type) === undefined) {
    const added = assembly.add(type, type, undefined, at);
    if (added !== undefined) assembly.autoProducers.push(added);
  }
}

/** Each after those it depends on, else in the order of declaration. */
function sortProducers(
  producers: readonly PluginPlan[],
  runsAfter: readonly (readonly [string, string])[],
  assembly: Assembly,
): PluginPlan[] {
  const waiting = [...producers];
  const sorted: PluginPlan[] = [];
  while (waiting.length > 0) {
    const next = waiting.findIndex((plan) =>
      runsAfter.every(([a, b]) => a !== plan.name || !waiting.some(({ name }) => name === b)),
    );
    const [plan] = waiting.splice(Math.max(next, 0), 1);
    if (plan === undefined) break;
    if (next < 0)
      assembly.problems.push(
        configProblem(
          'data-dependency',
          assembly.placeOf(plan.name),
          `the data that ${plan.name} needs depend on what it produces`,
        ),
      );
    sorted.push(plan);
  }
  return sorted;
}
