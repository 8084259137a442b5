/*
 * How InferenceX (SemiAnalysisAI/InferenceX, before InferenceMAX) drives and launches the servers of its dumps.
 * Client: README.md, "Benchmark Client Configuration", and utils/bench_serving/benchmark_serving.py, sample_random_requests.
 * Servers: README.md and benchmarks/single_node/*.sh.
 */

/** Prompts per client of its closed loop: --num-prompts $((CONC * 10)). */
export const REQUESTS_PER_CLIENT = 10;

/** RANDOM_RANGE_RATIO: lengths are drawn evenly from [ratio x length, length]. */
const RANGE_RATIO = 0.8;

/** A length as its client draws it. */
export function drawnLength(tokens: number): unknown {
  return { type: 'uniform', min: Math.floor(tokens * RANGE_RATIO), max: tokens };
}

/** Whether a row of the serving points comes from its dumps: a dated CSV or a dump of its data base. */
export function isInferenceX(origin: string): boolean {
  return /^(db-dump\/|source_file=\d{4}-\d\d-\d\d\.csv)/.test(origin);
}

export interface LaunchedPoint {
  readonly model: string;
  readonly hardware: string;
  readonly concurrency: number;
  readonly inputTokens: number;
}

/** Engine settings under the names of a scenario. */
export interface Launch {
  readonly gpu_memory_utilization?: number;
  readonly kv_cache_dtype?: 'fp8';
  readonly enable_prefix_caching?: false;
  readonly async_scheduling?: true;
  readonly max_num_batched_tokens?: number;
  readonly max_num_seqs?: number;
}

/** Settings of its servers; only what its scripts say. */
export function launchOf(point: LaunchedPoint): Launch {
  const { concurrency, inputTokens } = point;
  const script = SCRIPTS.find(({ of }) => of.test(`${point.model} ${point.hardware}`));
  if (script === undefined) return {};
  const { batchedTokens, maxNumSeqs = concurrency, ...rest } = script.settings;
  return {
    ...rest,
    ...(batchedTokens !== undefined && {
      max_num_batched_tokens: batchedTokens === 'twice the input' ? 2 * inputTokens : batchedTokens,
    }),
    ...(maxNumSeqs !== 'default' && { max_num_seqs: maxNumSeqs }),
  };
}

interface Settings extends Omit<Launch, 'max_num_batched_tokens' | 'max_num_seqs'> {
  readonly batchedTokens?: number | 'twice the input';
  /** The number of clients unless it is said otherwise. */
  readonly maxNumSeqs?: number | 'default';
}

const SCRIPTS: readonly { readonly of: RegExp; readonly settings: Settings }[] = [
  {
    // README.md of an early copy (jyothisambolu/InferenceMAX), "H200 70B". 70b_fp8_h100_slurm.sh has an FP8 cache as well, in
    // which 64 clients with 9,216 tokens each nearly all find room, whereas they waited half a minute and more.
    of: /^llama-3\.\d-70b (h100|h200)-/,
    settings: {
      gpu_memory_utilization: 0.9,
      enable_prefix_caching: false,
      async_scheduling: true,
      batchedTokens: 8192,
    },
  },
  {
    // gptoss_fp4_h100.sh, gptoss_fp4_h200.sh
    of: /^gpt-oss-120b (h100|h200)-/,
    settings: { gpu_memory_utilization: 0.9, enable_prefix_caching: false, batchedTokens: 8192 },
  },
  {
    // gptoss_fp4_b200.sh
    of: /^gpt-oss-120b b200-/,
    settings: {
      gpu_memory_utilization: 0.9,
      kv_cache_dtype: 'fp8',
      enable_prefix_caching: false,
      batchedTokens: 8192,
      maxNumSeqs: 512,
    },
  },
  // kimik2.5_fp4_b200.sh, minimaxm2.5_fp4_b200.sh
  { of: /^(kimi-k2\.5|minimax-m2\.5) b200-/, settings: { gpu_memory_utilization: 0.9 } },
  // kimik2.5_int4_h200.sh
  { of: /^kimi-k2\.5 h200-/, settings: { gpu_memory_utilization: 0.95 } },
  {
    // minimaxm2.5_fp8_b300.sh, minimaxm2.5_fp4_b300.sh
    of: /^minimax-m2\.5 b300-/,
    settings: {
      gpu_memory_utilization: 0.9,
      kv_cache_dtype: 'fp8',
      enable_prefix_caching: false,
      batchedTokens: 'twice the input',
      maxNumSeqs: 'default',
    },
  },
];
