import type { EngineRules } from '../../../sim/engine/engine-config.ts';
import type { Ablation } from '../../support/plain-engine/ablations.ts';
import { recordedConfig } from './engine-versions.ts';
import { type Difference, firstDifference } from './first-difference.ts';
import { plainStepped } from './plain-stepped.ts';
import { playCase } from './play-case.ts';
import { productStepped } from './product-stepped.ts';
import type { TraceCase } from './trace-case.ts';

/** The first place where the plain engine does something else than was recorded; block ids count. */
export function checkPlain(
  { header, events }: TraceCase,
  rules: EngineRules,
  ablation?: Ablation,
): Difference | undefined {
  return guarded(() => {
    const engine = plainStepped(header, recordedConfig(header, rules), ablation);
    const loop = { lag: ablation !== 'one-step-lag', emptyPasses: ablation !== 'empty-passes' };
    return firstDifference(events, playCase(header, engine, loop), true);
  });
}

/** The same for the simulator's engine, which has numbers of blocks and no block ids. */
export function checkProduct({ header, events }: TraceCase, rules: EngineRules): Difference | undefined {
  return guarded(() => {
    const engine = productStepped(header, recordedConfig(header, rules));
    return firstDifference(events, playCase(header, engine), false);
  });
}

/** An engine that breaks on a case differs from the one that was recorded. */
function guarded(check: () => Difference | undefined): Difference | undefined {
  try {
    return check();
  } catch (error) {
    const came = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { where: 'the engine threw', expected: 'no error', came };
  }
}
