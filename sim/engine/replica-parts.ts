import type { Ticks } from '../../base/units.ts';
import type { StepTimer } from '../latency/step-time-model.ts';
import type { DraftModel } from './draft-model.ts';
import type { EngineConfig } from './engine-config.ts';
import type { ServerListener } from './model-server.ts';

/** What a server needs besides its configuration. */
export interface ReplicaParts {
  readonly config: EngineConfig;
  readonly timer: StepTimer;
  readonly listener: ServerListener;
  readonly ticksPerSecond: number;
  /** How far back gauges will be asked for. */
  readonly gaugeHistory: Ticks;
  /** With numSpeculativeTokens only. */
  readonly drafts?: DraftModel | undefined;
}
