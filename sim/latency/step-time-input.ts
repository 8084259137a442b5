import type { Tokens } from '../../base/units.ts';
import type { EngineProfile } from '../../hardware-profiles/engine-profile.ts';
import type { GpuProfile } from '../../hardware-profiles/gpu-profile.ts';
import type { KvDtype } from '../../hardware-profiles/kv-layout.ts';
import type { ModelProfile } from '../../hardware-profiles/model-profile.ts';

/** A model on a GPU under an engine, as a scenario resolves it. */
export interface StepTimeInput {
  readonly gpu: GpuProfile;
  readonly model: ModelProfile;
  readonly engine: EngineProfile;
  readonly tensorParallelSize: number;
  readonly enableExpertParallel?: boolean | undefined;
  readonly maxNumBatchedTokens: Tokens;
  readonly maxNumSeqs: number;
  readonly speculation?: Speculation | undefined;
  /** Rank of LoRA adapters; undefined = the server takes none. */
  readonly loraRank?: number | undefined;
  readonly enforceEager?: boolean | undefined;
  readonly asyncScheduling: boolean;
  readonly kvDtype?: KvDtype | undefined;
}

/** Speculative decoding: drafts of a step, and whether a layer on top of the model makes them or a look-up on the CPU. */
export interface Speculation {
  readonly tokens: Tokens;
  readonly drafter: 'layer' | 'lookup';
}
