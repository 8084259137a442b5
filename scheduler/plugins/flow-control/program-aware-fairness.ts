import { pow } from '../../../base/math.ts';
import type { Seconds } from '../../../base/units.ts';
import type { ParameterReader } from '../../config/parameter-reader.ts';
import type { FairnessPolicy, FlowView } from '../../flow-control/flow-policies.ts';
import { definePlugin } from '../../plugin-type.ts';
import type { PreRequest, ResponseBody } from '../../plugin.ts';

type ProgramParameters = ReturnType<typeof readParameters>;

/*
 * program-aware-fairness: the flow that has attained the least service. score = weightService (1 - norm(service)) +
 * weightServiceHeadWait norm(age of its first item); norm is over the flows with something queued. Service grows at the
 * end of an answer by input tokens + 2 x output tokens, and fades with serviceHalfLifeSeconds while the flow has nothing
 * queued and nothing in flight.
 * Parameters: strategy las, weightService 0.8, weightServiceHeadWait 0.2, serviceHalfLifeSeconds 60.
 * Source: pkg/epp/framework/plugins/flowcontrol/fairness/program-aware of llm-d-router at ebab6879.
 */
export const programAwareFairness = definePlugin({
  type: 'program-aware-fairness',
  roles: ['fairness', 'pre-request'],
  maturity: 'beta',
  parameters: readParameters,
  create: (parameters, { name }) => createPolicy(parameters, name),
});

/** Of the input and output tokens of an answer: strategy_las.go. */
const INPUT_WEIGHT = 1;
const OUTPUT_WEIGHT = 2;

function readParameters(reader: ParameterReader) {
  const strategy = reader.string('strategy', 'las');
  if (strategy !== 'las' && strategy !== '') reader.refuse('strategy', `must be las, not ${strategy}`);
  return {
    service: reader.float('weightService', 0.8),
    headWait: reader.float('weightServiceHeadWait', 0.2),
    halfLife: reader.float('serviceHalfLifeSeconds', 60),
  };
}

interface Program {
  service: number;
  inFlight: number;
  fadedAt: Seconds | undefined;
}

function createPolicy(
  { service, headWait, halfLife }: ProgramParameters,
  name: string,
): FairnessPolicy & PreRequest & ResponseBody {
  const programs = new Map<string, Program>();
  const programOf = (flow: string): Program => {
    let program = programs.get(flow);
    if (program === undefined) {
      program = { service: 0, inFlight: 0, fadedAt: undefined };
      programs.set(flow, program);
    }
    return program;
  };
  const fade = (flow: string, now: Seconds): void => {
    const program = programs.get(flow);
    if (program === undefined || program.inFlight > 0) return;
    const elapsed = now - (program.fadedAt ?? now);
    if (elapsed > 0 && halfLife > 0) program.service *= pow(0.5, elapsed / halfLife);
    program.fadedAt = now;
    // Less than one token: as good as never seen.
    if (program.service < 1) programs.delete(flow);
  };
  return {
    type: 'program-aware-fairness',
    name,
    openBand: () => ({
      pick({ flows }, now) {
        const waiting: { readonly flow: FlowView; readonly service: number; readonly wait: number }[] = [];
        for (const flow of flows) {
          const head = flow.head();
          if (head === undefined) fade(flow.flow, now);
          else {
            const attained = programs.get(flow.flow)?.service ?? 0;
            waiting.push({ flow, service: attained, wait: Math.trunc((now - head.enqueuedAt) * 1000) });
          }
        }
        const byService = normalizer(waiting.map((entry) => entry.service));
        const byWait = normalizer(waiting.map((entry) => entry.wait));
        let best: FlowView | undefined;
        let highest = -Infinity;
        for (const entry of waiting) {
          const score = service * (1 - byService(entry.service)) + headWait * byWait(entry.wait);
          if (score > highest) {
            highest = score;
            best = entry.flow;
          }
        }
        return best;
      },
    }),
    preRequest(state) {
      programOf(state.flow).inFlight++;
    },
    end(state, _, now) {
      const program = programOf(state.flow);
      program.inFlight = Math.max(0, program.inFlight - 1);
      program.service += INPUT_WEIGHT * state.inputTokens + OUTPUT_WEIGHT * (state.outputTokens ?? 0);
      program.fadedAt = now;
    },
  };
}

function normalizer(values: readonly number[]): (value: number) => number {
  const least = Math.min(...values);
  const range = Math.max(...values) - least;
  return (value) => (range > 0 ? (value - least) / range : 0);
}
