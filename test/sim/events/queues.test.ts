import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { EventQueue } from '../../../sim/events/event-queue.ts';
import { SlotQueue } from '../../../sim/events/slot-queue.ts';

describe('EventQueue', () => {
  it('gives events in the order of time, priority, insertion, under any mixture of pushes and pops', () => {
    const operation = fc.option(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 2 })), {
      freq: 2,
    });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
        const queue = new EventQueue<number>();
        const model: { time: number; priority: number; id: number }[] = [];
        operations.forEach((pushed, id) => {
          if (pushed !== null) {
            queue.push(pushed[0], pushed[1], id);
            model.push({ time: pushed[0], priority: pushed[1], id });
            model.sort((a, b) => a.time - b.time || a.priority - b.priority || a.id - b.id);
          } else {
            expect(queue.peekTime()).toBe(model[0]?.time ?? Infinity);
            expect(queue.pop()).toBe(model.shift()?.id);
          }
          expect(queue.size).toBe(model.length);
        });
      }),
    );
  });
});

describe('SlotQueue', () => {
  it('knows the earliest slot, the lowest among equals, after any changes', () => {
    const change = fc.tuple(
      fc.integer({ min: 0, max: 12 }),
      fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constant(Infinity)),
    );
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 100 }), (changes) => {
        const queue = new SlotQueue(13);
        const times = new Array<number>(13).fill(Infinity);
        for (const [slot, time] of changes) {
          queue.set(slot, time);
          times[slot] = time;
          expect(queue.firstTime()).toBe(Math.min(...times));
          if (queue.firstTime() < Infinity) expect(queue.first()).toBe(times.indexOf(Math.min(...times)));
        }
      }),
    );
  });
});
