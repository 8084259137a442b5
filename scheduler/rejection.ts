/** A request that is turned away: an expected outcome. */
export interface Rejection {
  readonly kind: 'rejected';
  /** The picker's error code; undefined = an untyped error, which clients see as 429. */
  readonly code: ErrorCode | undefined;
  readonly http: number;
  /** Value of the header x-llm-d-request-dropped-reason, where one is sent. */
  readonly reason?: DropReason;
  readonly message: string;
}

/** Source: pkg/common/error/error.go of llm-d-router at ebab6879. */
export type ErrorCode =
  | 'BadRequest'
  | 'Unauthorized'
  | 'Forbidden'
  | 'NotFound'
  | 'PreconditionFailed'
  | 'ResourceExhausted'
  | 'Internal'
  | 'ModelServerError'
  | 'ServiceUnavailable';

export type DropReason =
  | 'rejected-saturated'
  | 'rejected-no-endpoints'
  | 'rejected-ttl-expired'
  | 'rejected-context-cancelled'
  | 'rejected-shutting-down'
  | 'evicted'
  | 'evicted-queue-pressure'
  | 'evicted-priority';

const HTTP: Readonly<Record<ErrorCode, number>> = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  PreconditionFailed: 412,
  ResourceExhausted: 429,
  Internal: 500,
  ModelServerError: 500,
  ServiceUnavailable: 503,
};

/** A rejection with one of the picker's codes and the HTTP status that belongs to it. */
export function rejection(code: ErrorCode, message: string, reason?: DropReason): Rejection {
  return {
    kind: 'rejected',
    code,
    http: HTTP[code],
    message,
    ...(reason === undefined ? {} : { reason }),
  };
}

/** An error without a code becomes 429 without a reason (EPP/requestcontrol/director.go). */
export function untypedRejection(message: string): Rejection {
  return { kind: 'rejected', code: undefined, http: 429, message };
}
