import { keyedUniform } from '../../base/random.ts';
import type { Request } from '../workload/request.ts';
import type { ClientInput } from './run-input.ts';

/**
 * What the clients do around a request: how many they keep in flight, and which answers they break off. Requests beyond
 * the cap wait here, first come first served.
 */
export class Client {
  private readonly input: ClientInput;
  private readonly seed: number;
  private readonly waiting: Request[] = [];
  private head = 0;
  private inFlight = 0;

  constructor(input: ClientInput, seed: number) {
    this.input = input;
    this.seed = seed;
  }

  /** What becomes of a request that is due: sent now, kept until another has ended, or failed for want of a connection. */
  offer(request: Request): 'send' | 'wait' | 'fail' {
    const { maxInFlight = Infinity, maxConnections = Infinity } = this.input;
    if (this.inFlight >= maxConnections) return 'fail';
    if (this.inFlight >= maxInFlight) {
      this.waiting.push(request);
      return 'wait';
    }
    this.inFlight++;
    return 'send';
  }

  /** A request that was sent has ended; returns the one that may be sent in its place. */
  ended(): Request | undefined {
    const next = this.waiting[this.head];
    if (next === undefined) {
      this.inFlight--;
      return undefined;
    }
    this.head++;
    if (this.head > 1024 && this.head * 2 > this.waiting.length) {
      this.waiting.splice(0, this.head);
      this.head = 0;
    }
    return next;
  }

  /** Requests that are waiting to be sent. */
  *unsent(): Generator<Request> {
    for (let index = this.head; index < this.waiting.length; index++) {
      const request = this.waiting[index];
      if (request !== undefined) yield request;
    }
  }

  /** Output tokens after which the client of this request breaks it off; undefined = it waits for all of them. */
  breaksOffAfter(request: Request): number | undefined {
    if (this.input.cancelShare === 0) return undefined;
    if (keyedUniform(this.seed, 'cancel', request.index) >= this.input.cancelShare) return undefined;
    return (
      1 + Math.floor(keyedUniform(this.seed, 'cancel after', request.index) * (request.outputTokens - 1))
    );
  }
}
