import type { OrderingPolicy, QueuedItem } from '../../flow-control/flow-policies.ts';
import { definePlugin } from '../../plugin-type.ts';

/*
 * fcfs-ordering-policy: first come, first served, by the time of queueing.
 * edf-ordering-policy: earliest deadline first; deadline = time of queueing + TTL, never without a TTL; then fcfs. (The
 *   picker gives every request of a controller the same TTL, so that there it equals fcfs.)
 * slo-deadline-ordering-policy: earliest deadline first; deadline = time of reception + header x-llm-d-slo-ttft-ms
 *   (a whole number of ms, not negative), never without; then by time of reception.
 * Parameters: none, whatever is given is ignored.
 * Source: pkg/epp/framework/plugins/flowcontrol/ordering of llm-d-router at ebab6879.
 */
export const fcfsOrderingPolicy = orderingPolicy(
  'fcfs-ordering-policy',
  (a, b) => a.enqueuedAt < b.enqueuedAt,
);

export const edfOrderingPolicy = orderingPolicy('edf-ordering-policy', (a, b) => {
  const deadlineA = deadlineByTtl(a);
  const deadlineB = deadlineByTtl(b);
  return deadlineA === deadlineB ? a.enqueuedAt < b.enqueuedAt : deadlineA < deadlineB;
});

export const sloDeadlineOrderingPolicy = orderingPolicy('slo-deadline-ordering-policy', (a, b) => {
  const deadlineA = deadlineBySlo(a);
  const deadlineB = deadlineBySlo(b);
  return deadlineA === deadlineB ? a.receivedAt < b.receivedAt : deadlineA < deadlineB;
});

function orderingPolicy(type: string, before: OrderingPolicy['before']) {
  return definePlugin({
    type,
    roles: ['ordering'],
    maturity: 'beta',
    create: (_, { name }): OrderingPolicy => ({ type, name, before }),
  });
}

function deadlineByTtl({ enqueuedAt, ttl }: QueuedItem): number {
  return ttl > 0 ? enqueuedAt + ttl : Infinity;
}

function deadlineBySlo({ receivedAt, headers }: QueuedItem): number {
  const text = headers['x-llm-d-slo-ttft-ms']?.trim();
  if (text === undefined || !/^[+-]?\d+$/.test(text)) return Infinity;
  const milliseconds = Number(text);
  return milliseconds < 0 ? Infinity : receivedAt + milliseconds / 1000;
}
