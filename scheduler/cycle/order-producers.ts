import type { EffectiveConfig } from '../config/effective-config.ts';

/**
 * What the picker leaves to chance at its start: whether producers of prefix data run before the in-flight producer. Or a
 * list of names to follow.
 */
export type ProducerOrder = 'prefix-first' | 'in-flight-first' | readonly string[];

/** Names of the producers in an order that keeps every dependency and otherwise follows `order`. */
export function orderProducers(
  { producers, producerRunsAfter, plugins, autoProducers }: EffectiveConfig,
  order: ProducerOrder,
): string[] {
  const typeOf = new Map(plugins.map(({ name, type }) => [name, type]));
  for (const name of autoProducers) typeOf.set(name, name);
  const rankOf = (name: string): number => {
    if (typeof order !== 'string') {
      const position = order.indexOf(name);
      return position < 0 ? order.length : position;
    }
    const inFlight = typeOf.get(name) === 'inflight-load-producer';
    return (order === 'in-flight-first') === inFlight ? 0 : 1;
  };
  const waiting = [...producers];
  const ordered: string[] = [];
  while (waiting.length > 0) {
    let next = -1;
    for (let i = 0; i < waiting.length; i++) {
      const name = waiting[i] ?? '';
      const ready = producerRunsAfter.every(([a, b]) => a !== name || !waiting.includes(b));
      if (ready && (next < 0 || rankOf(name) < rankOf(waiting[next] ?? ''))) next = i;
    }
    ordered.push(...waiting.splice(Math.max(0, next), 1));
  }
  return ordered;
}
