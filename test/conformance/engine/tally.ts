import type { Difference } from './first-difference.ts';
import type { TraceCase } from './trace-case.ts';

/** What became of one case. */
export interface Verdict {
  readonly differences: readonly { readonly engine: string; readonly difference: Difference }[];
}

/** Counts of one family of one version. */
interface Count {
  cases: number;
  identical: number;
  passes: number;
  readonly failures: string[];
}

/** Counts cases per family, and says what differs. */
export class Tally {
  private readonly families = new Map<string, Count>();
  private readonly broken: string[] = [];

  add({ header, events, file }: TraceCase, { differences }: Verdict): void {
    const name = `${header.family} (vLLM ${header.vllm})`;
    let count = this.families.get(name);
    if (count === undefined) {
      count = { cases: 0, identical: 0, passes: 0, failures: [] };
      this.families.set(name, count);
    }
    count.cases++;
    const end = events.at(-1);
    if (end?.ev === 'end') count.passes += end.passes;
    if (differences.length === 0) count.identical++;
    for (const { engine, difference } of differences) {
      const title = `${file} seed ${header.seed} ${header.mode}: ${engine}: ${difference.where}`;
      count.failures.push(
        `  ${title}\n    expected ${cut(difference.expected)}\n    came     ${cut(difference.came)}`,
      );
    }
  }

  /** Counts something that is no recorded case as one that differs. */
  addBroken(why: string): void {
    this.broken.push(why);
  }

  /** One line per family, each failing case below its family, and the total last. */
  lines(): string[] {
    const counts = [...this.families].sort(([a], [b]) => (a < b ? -1 : 1));
    const total: Count = { cases: 0, identical: 0, passes: 0, failures: [] };
    for (const [, { cases, identical, passes }] of counts) {
      total.cases += cases;
      total.identical += identical;
      total.passes += passes;
    }
    total.cases += this.broken.length;
    return [
      ...this.broken,
      ...counts.flatMap(([name, count]) => [`${name}: ${sentence(count)}`, ...count.failures]),
      sentence(total),
    ];
  }

  allIdentical(): boolean {
    const isWhole = this.broken.length === 0;
    return isWhole && [...this.families.values()].every(({ cases, identical }) => cases === identical);
  }
}

function sentence({ identical, cases, passes }: Count): string {
  return `${identical} of ${cases} cases identical, ${passes} passes`;
}

function cut(text: string): string {
  return text.length > 600 ? `${text.slice(0, 600)} …` : text;
}
