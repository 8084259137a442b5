import type { Run } from './prompt-tree.ts';

/** Runs up to which looking at all of them is quicker than a table. */
const FEW = 8;

/*
 * Runs that follow the same text. Most texts are followed by one or two, some by all conversations of a trace. Layout: a
 * list linked through the runs; beyond a few of them a table of such lists by content.
 */
export class SiblingRuns {
  private first: Run | undefined = undefined;
  private count = 0;
  private byContent: Map<number, Run> | undefined = undefined;

  /** The run of `content` from `start` on that begins at `depth`. */
  find(depth: number, content: number, start: number): Run | undefined {
    let run = this.byContent === undefined ? this.first : this.byContent.get(content);
    while (run !== undefined && (run.content !== content || run.begin !== depth || run.start !== start))
      run = run.sibling;
    return run;
  }

  /** Adds a run that is not there yet, and returns it. */
  add(run: Run): Run {
    this.count++;
    if (this.count > FEW) this.byContent ??= this.tabulate();
    if (this.byContent === undefined) {
      run.sibling = this.first;
      this.first = run;
    } else {
      link(this.byContent, run);
    }
    return run;
  }

  private tabulate(): Map<number, Run> {
    const byContent = new Map<number, Run>();
    let run = this.first;
    while (run !== undefined) {
      const next = run.sibling;
      link(byContent, run);
      run = next;
    }
    this.first = undefined;
    return byContent;
  }
}

function link(byContent: Map<number, Run>, run: Run): void {
  run.sibling = byContent.get(run.content);
  byContent.set(run.content, run);
}
