import { invariant } from '../../base/invariant.ts';
import type { Endpoint } from '../endpoint.ts';

/** Requests in flight per endpoint, as one router counts them: from the commit to the end of the stream. */
export class InFlightCounts {
  private readonly counts: number[] = [];
  private sum = 0;

  add({ index }: Endpoint): void {
    this.counts[index] = (this.counts[index] ?? 0) + 1;
    this.sum++;
  }

  /** Does nothing for a request whose endpoint was forgotten while it was in flight. */
  remove({ index }: Endpoint): void {
    const count = this.counts[index] ?? 0;
    if (count === 0) return;
    this.counts[index] = count - 1;
    this.sum--;
    invariant(this.sum >= 0, 'no more requests end than began');
  }

  of({ index }: Endpoint): number {
    return this.counts[index] ?? 0;
  }

  forget(index: number): void {
    this.sum -= this.counts[index] ?? 0;
    this.counts[index] = 0;
  }

  /** Over all endpoints. */
  total(): number {
    return this.sum;
  }
}
