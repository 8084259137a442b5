import type { Tokens } from '../../base/units.ts';
import type { RequestQueue } from './request-queue.ts';
import { NEW_ROW, RESUMED_ROW, type SchedulingPass } from './scheduling-pass.ts';
import { keepApart } from './group-members.ts';
import type { SchedulerState } from './scheduler-state.ts';
import type { Sequence } from './sequence.ts';

/**
 * The second half of vLLM's Scheduler.schedule: sequences that wait are admitted in order, while there are slots, tokens
 * and blocks. The first one without blocks holds up all behind it; those that wait for something else are skipped.
 */
export class AdmissionLoop {
  private readonly state: SchedulerState;
  private readonly maxRunning: number;
  /** Skipped in this pass, and where they came from. */
  private readonly skipped: Sequence[] = [];
  private readonly adapters = new Set<string>();
  /** The sequence that could not be admitted and held up those behind it; undefined when nobody did. */
  blockedBy: Sequence | undefined = undefined;

  constructor(state: SchedulerState) {
    this.state = state;
    const { maxNumSeqs, maxNumActiveSeqs } = state.config;
    this.maxRunning = Math.min(maxNumSeqs, maxNumActiveSeqs ?? Infinity);
  }

  /** Admits into `pass`, of whose tokens `budget` are left. */
  run(pass: SchedulingPass, budget: Tokens, threshold: Tokens, deferPrefills: boolean): void {
    const { state } = this;
    const { running, config } = state;
    let left = budget;
    const runningRows = pass.rows;
    this.blockedBy = undefined;
    if (config.maxLoras !== undefined) this.countAdapters(pass);
    while (left > 0 && running.length < this.maxRunning) {
      const queue = state.nextQueue();
      const sequence = queue.peek();
      if (sequence === undefined) break;
      if (this.mustWait(sequence)) {
        queue.shift();
        this.skipped.push(sequence);
        continue;
      }
      const tokens = this.admit(pass, queue, sequence, left, threshold, deferPrefills, runningRows);
      if (tokens < 0) {
        this.blockedBy = sequence;
        break;
      }
      left -= tokens;
    }
    this.putBack();
  }

  /** Different adapters among the rows of a pass. */
  adaptersOf(pass: SchedulingPass): number {
    this.adapters.clear();
    for (let row = 0; row < pass.rows; row++) {
      const lora = pass.sequences[row]?.request.lora;
      if (lora !== undefined) this.adapters.add(lora);
    }
    return this.adapters.size;
  }

  /** Admits the first of a queue; returns its tokens (0: it waits for KV now), -1 when it cannot be admitted. */
  private admit(
    pass: SchedulingPass,
    queue: RequestQueue,
    sequence: Sequence,
    left: Tokens,
    threshold: Tokens,
    deferPrefills: boolean,
    runningRows: number,
  ): Tokens {
    const { state } = this;
    const { kv, config, running } = state;
    const looksUp = sequence.computed === 0;
    if (state.attended !== running) keepApart(state, sequence);
    const cached = looksUp ? kv.lookUp(sequence) : sequence.computed;
    const external = looksUp && sequence.remoteTokens > 0 ? Math.max(0, sequence.remoteTokens - cached) : 0;
    const computed = cached + external;
    let tokens = 0;
    let drafts = 0;
    if (external === 0) {
      if (deferPrefills && computed < sequence.tokens - 1) return -1;
      tokens = sequence.tokens - computed;
      if (tokens === 1 && config.numSpeculativeTokens > 0 && runningRows > 0 && !pass.hasPrefill) {
        // A new decode row is as wide as the others, so that the batch stays uniform.
        drafts = config.numSpeculativeTokens;
        tokens += drafts;
        if (tokens > left || computed + tokens > config.maxModelLen) return -1;
      }
      if (tokens > threshold) tokens = threshold;
      if (!config.enableChunkedPrefill && tokens > left) return -1;
      if (tokens > left) tokens = left;
    }
    const reserved = external > 0 ? state.reservedBlocks() : 0;
    if (!kv.admit(sequence, tokens, running.length > 0, external, reserved)) return -1;
    sequence.remoteTokens = 0;
    if (looksUp && config.enablePrefixCaching) count(pass, sequence, cached);
    queue.shift();
    if (external > 0) {
      sequence.status = 'loading';
      sequence.computed = computed;
      state.prefilling.add(sequence);
      this.skipped.push(sequence);
      pass.loads.push({ sequence, cached, external });
      return 0;
    }
    const kind = sequence.preemptions > 0 ? RESUMED_ROW : NEW_ROW;
    sequence.status = 'running';
    sequence.computed = computed;
    sequence.hitTokens = computed;
    state.enterRunning(sequence);
    state.giveRow(pass, sequence, tokens, drafts, kind, sequence.blocks);
    if (state.tracksPrefills && computed + tokens < sequence.tokens) state.prefilling.add(sequence);
    const { lora } = sequence.request;
    if (lora !== undefined && config.maxLoras !== undefined) this.adapters.add(lora);
    return tokens;
  }

  /** Whether a sequence waits for something that nobody behind it waits for. */
  private mustWait(sequence: Sequence): boolean {
    if (sequence.status === 'loading' && !this.promote(sequence)) return true;
    if (sequence.stale > 0 && !sequence.dropStale) return true;
    const { maxLoras } = this.state.config;
    const { lora } = sequence.request;
    return (
      maxLoras !== undefined &&
      lora !== undefined &&
      this.adapters.size >= maxLoras &&
      !this.adapters.has(lora)
    );
  }

  /** A sequence whose KV has arrived can be admitted: all of it is findable, and its last token is computed again. */
  private promote(sequence: Sequence): boolean {
    if (!sequence.received) return false;
    sequence.received = false;
    this.state.kv.cache(sequence, sequence.computed);
    if (sequence.computed === sequence.tokens) sequence.computed--;
    sequence.status = sequence.preemptions > 0 ? 'preempted' : 'waiting';
    return true;
  }

  private countAdapters(pass: SchedulingPass): void {
    const { running, config } = this.state;
    this.adapters.clear();
    const all = config.rules.lorasCounted === 'running';
    const count = all ? running.length : pass.rows;
    for (let position = 0; position < count; position++) {
      const lora = (all ? running[position] : pass.sequences[position])?.request.lora;
      if (lora !== undefined) this.adapters.add(lora);
    }
  }

  /** Skipped sequences stand in front again, in their old order. */
  private putBack(): void {
    const { skipped, state } = this;
    const own = state.config.rules.skippedWait === 'own-queue';
    while (skipped.length > 0) {
      const sequence = skipped.pop();
      if (sequence === undefined) continue;
      if (own || sequence.blocks > 0) state.blocked.prepend(sequence);
      else state.waiting.prepend(sequence);
    }
  }
}

/** Prefix-cache statistics count admissions, not lookups. */
function count(pass: SchedulingPass, sequence: Sequence, hits: Tokens): void {
  if (sequence.preemptions > 0) {
    pass.resumedQueries += sequence.tokens;
    pass.resumedHits += hits;
  } else {
    pass.queries += sequence.tokens;
    pass.hits += hits;
  }
}
