import type { ContentId } from '../../base/prompt.ts';
import type { TreePrompt } from '../../base/prompt-tree.ts';
import type { Ticks, Tokens } from '../../base/units.ts';
import type { RequestState } from '../../scheduler/request-state.ts';
import type { RoutedRequest } from '../../scheduler/policies/routing-policy.ts';
import type { EngineRequest } from '../engine/model-server.ts';
import type { Request, RequestStatus } from '../workload/request.ts';
import type { Router } from './router.ts';

/** A request as it is sent. */
interface Departure {
  readonly request: Request;
  /** Order in which requests were sent: decides ties of priority in an engine. */
  readonly order: number;
  readonly firstArrival: Ticks;
  readonly arrival: Ticks;
  readonly attempt: number;
  /** The engine knows the answer's length beforehand. */
  readonly knownEnd: boolean;
  /** Output tokens after which the client breaks the answer off. */
  readonly breakOff: Tokens | undefined;
}

/** One attempt of a request on its way through the fleet: where it is, and the instants that it has passed. */
export class Flight implements EngineRequest {
  readonly request: Request;
  readonly index: number;
  readonly prompt: TreePrompt;
  readonly outputContent: ContentId;
  readonly outputTokens: Tokens;
  readonly maxOutputTokens: Tokens | undefined;
  readonly priority: number;
  readonly lora: string | undefined;
  /** The client breaks the answer off when it has `outputTokens`. */
  readonly breaksOff: boolean;
  /** First arrival at the router: all reported times count from it. A retry is the same request. */
  readonly firstArrival: Ticks;
  readonly attempt: number;
  /** Arrival of this attempt at the router. */
  readonly arrival: Ticks;

  /** Replica that it was sent to, -1 before. */
  replica = -1;
  /** Instants, undefined = not yet: it left the router's queue; reached the replica; joined the engine's queue; */
  dispatched: Ticks | undefined;
  delivered: Ticks | undefined;
  queued: Ticks | undefined;
  /** its first step started; the step that made its first token ended; that token left the replica; it ended. */
  started: Ticks | undefined;
  firstTokenMade: Ticks | undefined;
  firstToken: Ticks | undefined;
  ended: Ticks | undefined;
  producedTokens: Tokens = 0;
  /** Tokens taken from the prefix cache, and those that the router believed would be. */
  hitTokens: Tokens = 0;
  predictedHitTokens: Tokens | undefined;
  preemptions = 0;
  status: RequestStatus = 'unfinished';
  /** What its router keeps of it while it is in flight: a policy, an endpoint picker; and which of several has it. */
  routed: RoutedRequest | undefined = undefined;
  state: RequestState | undefined = undefined;
  gateway: Router | undefined = undefined;
  /** Place in the fleet's list of what is in flight. */
  place = -1;
  /** Why it was rejected, where it was; and whether for want of capacity, so that it might pass at another time. */
  reason: string | undefined;
  forCapacity = false;

  constructor({ request, order, firstArrival, arrival, attempt, knownEnd, breakOff }: Departure) {
    this.request = request;
    this.index = order;
    this.prompt = request.prompt;
    this.outputContent = request.outputContent;
    this.outputTokens = breakOff ?? request.outputTokens;
    this.breaksOff = breakOff !== undefined;
    this.maxOutputTokens = knownEnd ? request.outputTokens : request.maxOutputTokens;
    this.priority = request.priority ?? 0;
    this.lora = request.lora;
    this.firstArrival = firstArrival;
    this.attempt = attempt;
    this.arrival = arrival;
  }
}
