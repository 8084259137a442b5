import { configAcceptFamily } from './config-accept.ts';
import type { Family } from './family.ts';
import { flowControlFamily } from './flow-control.ts';
import { translateKvEvents } from './recorded-kv-events.ts';
import { scorersFamily } from './scorers.ts';
import { statefulFamily } from './stateful.ts';
import { tokenizeFamily } from './tokenize.ts';

/** Every family of recorded decisions, by the name in the first line of its file. */
export const FAMILIES: ReadonlyMap<string, Family> = new Map(
  [
    configAcceptFamily,
    scorersFamily,
    statefulFamily('sequences'),
    statefulFamily('disaggregation'),
    statefulFamily('precise', translateKvEvents),
    flowControlFamily,
    tokenizeFamily,
  ].map((family) => [family.name, family]),
);
