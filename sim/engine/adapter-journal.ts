import type { Ticks } from '../../base/units.ts';
import type { AdapterGauges } from './model-server.ts';
import type { Sequence } from './sequence.ts';

/**
 * Which LoRA adapters the metrics page named, and when (vllm:lora_requests_info; LoRARequestStates in
 * vllm/v1/metrics/stats.py). Pages of the past are looked up when somebody asks.
 */
export class AdapterJournal {
  private readonly history: Ticks;
  private readonly pages: { readonly from: Ticks; readonly page: AdapterGauges }[] = [];

  /** `history`: how far back pages will be asked for. */
  constructor(history: Ticks) {
    this.history = history;
  }

  /** What the page says from `now` on. */
  record(now: Ticks, running: Iterable<Sequence>, waiting: Iterable<Sequence>): void {
    const { pages } = this;
    pages.push({ from: now, page: { running: counted(running), waiting: counted(waiting) } });
    // Half of them go at a time, so that none is moved often.
    const middle = pages.length >> 1;
    if (pages.length > 64 && (pages[middle]?.from ?? now) < now - this.history) pages.splice(0, middle);
  }

  /** The page as it was just before `time`. */
  at(time: Ticks): AdapterGauges {
    let entry = this.pages.length - 1;
    while (entry >= 0 && (this.pages[entry]?.from ?? 0) >= time) entry--;
    return this.pages[entry]?.page ?? { running: {}, waiting: {} };
  }
}

function counted(sequences: Iterable<Sequence>): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { request } of sequences)
    if (request.lora !== undefined) counts[request.lora] = (counts[request.lora] ?? 0) + 1;
  return counts;
}
