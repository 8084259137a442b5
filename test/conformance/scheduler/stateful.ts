import type { Difference, Family, Outcome } from './family.ts';
import { threw } from './guarded.ts';
import { loadRecorded } from './load-recorded.ts';
import type { ConfigLine } from './recorded-types.ts';
import { SequencePlayer, type Step, type TranslateKvEvents } from './sequence-player.ts';

/** Sequences of steps from a fresh picker; one outcome per sequence. */
export function statefulFamily(name: string, translate?: TranslateKvEvents): Family {
  return {
    name,
    *check(lines) {
      const configs = new Map<string, ReturnType<typeof loadRecorded>>();
      let open: { id: string; kind: string; player: SequencePlayer | undefined } | undefined;
      let differences: Difference[] = [];
      const close = (): Outcome[] =>
        open === undefined ? [] : [{ id: open.id, kind: open.kind, differences }];
      for (const line of lines as Iterable<ConfigLine | SequenceLine | Step>) {
        if (line.kind === 'config') {
          configs.set(line.id, loadRecorded(line));
        } else if (line.kind === 'sequence') {
          yield* close();
          const loaded = configs.get(line.config);
          const config = loaded?.config;
          const order = line.producerOrder ?? [];
          open = { id: line.id, kind: line.config, player: undefined };
          differences = [];
          if (config === undefined)
            differences.push({
              field: 'config',
              expected: 'loads',
              actual: loaded?.problems,
              cause: line.config,
            });
          else {
            try {
              open.player = new SequencePlayer(config, order, translate);
            } catch (error) {
              differences.push(threw(error, `configuration ${line.config}`));
            }
          }
        } else if (open === undefined) {
          yield { id: `step ${line.step}`, differences: [STRAY] };
        } else if (open.player !== undefined) {
          const { player } = open;
          try {
            differences.push(...player.play(line));
          } catch (error) {
            // What a player that broke says about later steps would be noise.
            differences.push(threw(error, `step ${line.step} ${JSON.stringify(line).slice(0, 300)}`));
            open = { ...open, player: undefined };
          }
        }
      }
      yield* close();
    },
  };
}

const STRAY: Difference = {
  field: 'step',
  expected: 'a sequence before it',
  actual: 'none',
  cause: 'the file',
};

interface SequenceLine {
  readonly kind: 'sequence';
  readonly id: string;
  readonly config: string;
  readonly producerOrder?: readonly string[];
}
