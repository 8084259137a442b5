import type { Problem } from '../../base/user-error.ts';
import type { ValuePath } from '../../base/yaml-text.ts';
import type { Label } from '../../documents/run-report.ts';
import { formatPath } from '../load/scenario-path.ts';
import type { Locate } from '../load/schema-problems.ts';

/** Collects what is found on the way from a scenario to a run: what weakens the forecast, and what prevents it. */
export class Notes {
  readonly problems: Problem[] = [];
  private readonly locate: Locate;
  private readonly found: Label[] = [];

  constructor(locate: Locate) {
    this.locate = locate;
  }

  /** Each text once. */
  get labels(): readonly Label[] {
    return this.found.filter(
      ({ code, text }, index) =>
        this.found.findIndex((other) => other.code === code && other.text === text) === index,
    );
  }

  label(code: string, text: string, path?: ValuePath): void {
    this.found.push({ code, text, ...(path !== undefined && { path: formatPath(path) }) });
  }

  /** `message` follows the path: `needs hardware`. */
  problem(code: string, path: ValuePath, message: string, hint: string): void {
    this.problems.push({ code, message: `${formatPath(path)} ${message}`, at: this.locate(path), hint });
  }
}
