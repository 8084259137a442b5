import { invariant } from '../base/invariant.ts';
import type { Seconds } from '../base/units.ts';
import { Endpoint, type EndpointInfo } from './endpoint.ts';

/** How often those who have left are forgotten. Source: approximateprefix (podActiveCheckInterval), multimodal, …: 2 min. */
const PURGE_INTERVAL = 120;

/**
 * The endpoints that are present, in candidate order (the order of their appearance), and the indexes that stand for ids
 * also beyond presence: an endpoint that comes back before it is forgotten gets its old index.
 */
export class Fleet {
  /** A new array whenever somebody comes or goes: requests in the middle of things keep the one they saw. */
  present: readonly Endpoint[] = [];
  private readonly byId = new Map<string, Endpoint>();
  private readonly indexes = new Map<string, number>();
  private readonly free: number[] = [];
  /** Requests under way to the endpoint of an index. */
  private readonly inUse: number[] = [];
  private readonly gone = new Set<string>();
  /** Whom an index stands for; undefined = nobody. */
  private readonly owners: (string | undefined)[] = [];

  get(id: string): Endpoint | undefined {
    return this.byId.get(id);
  }

  /** The endpoint appears; one of the same id that is present is an error of the host. */
  add(info: EndpointInfo): Endpoint {
    invariant(!this.byId.has(info.id), 'an endpoint appears once', { id: info.id });
    let index = this.indexes.get(info.id);
    if (index === undefined) {
      index = this.free.pop() ?? this.inUse.length;
      this.indexes.set(info.id, index);
      this.inUse[index] ??= 0;
      this.owners[index] = info.id;
    }
    this.gone.delete(info.id);
    const endpoint = new Endpoint(info, index);
    this.byId.set(info.id, endpoint);
    this.present = [...this.present, endpoint];
    return endpoint;
  }

  /** The endpoint that went; undefined when there was none of that id. */
  remove(id: string): Endpoint | undefined {
    const endpoint = this.byId.get(id);
    if (endpoint === undefined) return undefined;
    this.byId.delete(id);
    this.gone.add(id);
    this.present = this.present.filter((other) => other !== endpoint);
    return endpoint;
  }

  /** Whether state may be kept under the endpoint's index: it has not been forgotten. */
  knows({ id, index }: Endpoint): boolean {
    return this.owners[index] === id;
  }

  /** A request is under way to an endpoint, or (-1) no longer. */
  use({ index }: Endpoint, change: 1 | -1): void {
    this.inUse[index] = (this.inUse[index] ?? 0) + change;
  }

  /** When those who have left are next looked at; Infinity while nobody has. */
  nextPurge(now: Seconds): Seconds {
    return this.gone.size === 0 ? Infinity : (Math.floor(now / PURGE_INTERVAL) + 1) * PURGE_INTERVAL;
  }

  /** Frees the indexes of those who have left and to whom no request is under way; returns them. */
  purge(): number[] {
    const freed: number[] = [];
    for (const id of this.gone) {
      const index = this.indexes.get(id);
      if (index === undefined || (this.inUse[index] ?? 0) > 0) continue;
      this.gone.delete(id);
      this.indexes.delete(id);
      this.owners[index] = undefined;
      this.free.push(index);
      freed.push(index);
    }
    return freed;
  }
}

export interface MembershipChange {
  readonly added?: readonly EndpointInfo[];
  /** Ids. */
  readonly removed?: readonly string[];
}
