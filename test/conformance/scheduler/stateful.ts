import { tryLoadConfig } from '../../../scheduler/config/load-config.ts';
import type { Difference, Family, Outcome } from './family.ts';
import type { ConfigLine } from './recorded-types.ts';
import { SequencePlayer, type Step, type TranslateKvEvents } from './sequence-player.ts';

/** Sequences of steps from a fresh picker; one outcome per sequence. */
export function statefulFamily(name: string, translate?: TranslateKvEvents): Family {
  return {
    name,
    *check(lines) {
      const configs = new Map<string, ReturnType<typeof tryLoadConfig>>();
      let open: { id: string; kind: string; player: SequencePlayer | undefined } | undefined;
      let differences: Difference[] = [];
      const close = (): Outcome[] =>
        open === undefined ? [] : [{ id: open.id, kind: open.kind, differences }];
      for (const line of lines as Iterable<ConfigLine | SequenceLine | Step>) {
        if (line.kind === 'config') {
          configs.set(line.id, tryLoadConfig(line.yaml, { allowExperimental: line.allowExperimental }));
        } else if (line.kind === 'sequence') {
          yield* close();
          const loaded = configs.get(line.config);
          const config = loaded?.config;
          const order = line.producerOrder ?? [];
          const player = config === undefined ? undefined : new SequencePlayer(config, order, translate);
          open = { id: line.id, kind: line.config, player };
          differences =
            player === undefined
              ? [{ field: 'config', expected: 'loads', actual: loaded?.problems, cause: line.config }]
              : [];
        } else differences.push(...(open?.player?.play(line) ?? []));
      }
      yield* close();
    },
  };
}

interface SequenceLine {
  readonly kind: 'sequence';
  readonly id: string;
  readonly config: string;
  readonly producerOrder?: readonly string[];
}
