import type { ValuePath } from '../../base/yaml-text.ts';
import { readStartupLog } from '../../hardware-profiles/startup-log.ts';
import type { PoolSpec } from '../schema/pool-schema.ts';
import type { Notes } from './notes.ts';

/**
 * The pool with its KV cache as vLLM's start-up log says: its blocks, or else its tokens and the length limit that they
 * were counted for. `text` is the log that `engine.startup_log` names.
 */
export function fromStartupLog(pool: PoolSpec, text: string, path: ValuePath, notes: Notes): PoolSpec {
  const { startup_log: file, ...engine } = pool.engine;
  const log = readStartupLog(text);
  const at = [...path, 'engine', 'startup_log'];
  if (log.blocks === undefined && log.tokens === undefined) {
    notes.problem(
      'E_STARTUP_LOG',
      at,
      `${file ?? ''} has no line on the size of the KV cache`,
      'vLLM logs "GPU KV cache size: N tokens" when it starts; with -q it does not',
    );
    return { ...pool, engine };
  }
  if (
    log.maxModelLen !== undefined &&
    engine.max_model_len !== undefined &&
    log.maxModelLen !== engine.max_model_len
  ) {
    notes.label(
      'startup-log',
      `the log is of a server with max_model_len ${log.maxModelLen}, here it is ${engine.max_model_len}`,
      at,
    );
  }
  return {
    ...pool,
    engine: {
      ...engine,
      max_model_len: engine.max_model_len ?? log.maxModelLen,
      ...(log.blocks === undefined ? { kv_cache_tokens: log.tokens } : { num_gpu_blocks: log.blocks }),
    },
  };
}
