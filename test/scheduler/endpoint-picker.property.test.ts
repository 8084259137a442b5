import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { loadConfig } from '../../scheduler/config/load-config.ts';
import { CONFIG } from './support/config-with-memory.ts';
import { ENDPOINTS, Play, step, type IndexView } from './support/picker-play.ts';

const BURST =
  '- {type: burst-prefix-cache-producer, parameters: {windowDurationMs: 20, minColocateBlocks: 1}}\n';

describe.each([
  ['as usual', CONFIG],
  ['with a producer that keeps requests back', CONFIG.replace('plugins:\n', `plugins:\n${BURST}`)],
  ['with requests that are broken off', `${CONFIG}  enableEviction: true\n`],
])('an endpoint picker, whatever happens in whatever order, %s', (_, text) => {
  const config = loadConfig(text, { allowExperimental: true });
  const steps = fc.array(step, { maxLength: 120, size: 'max' });

  it('keeps its counters, decides among the candidates, and leaves no traces but by commits', () => {
    let commits = 0;
    let evictions = 0;
    let heard = 0;
    fc.assert(
      fc.property(steps, (list) => {
        const play = new Play(config);
        play.run(list);
        commits += play.commits;
        evictions += play.evictions;
        play.finish();
        expect(play.inFlight()).toEqual([]);
        const index = play.picker.inspect('approx-prefix-cache-producer') as IndexView;
        expect(index.buckets).toBe(0);
        for (let i = 0; i < ENDPOINTS; i++) expect(index.blocksOf(i) ?? 0).toBe(0);
        heard = Math.max(heard, play.heard);
        expect(play.precise()).toMatchObject({ keys: 0, pieces: 0, speculations: 0 });
        expect(play.picker.endpoints).toEqual([]);
      }),
      { numRuns: 200 },
    );
    expect(commits).toBeGreaterThan(300);
    expect(heard).toBeGreaterThan(30);
    expect(evictions > 0).toBe(config.effective.flowControl?.enableEviction === true);
  });

  it('does the same again from the same seed', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const [one, other] = [new Play(config), new Play(config)];
        one.run(list);
        other.run(list);
        expect(other.log).toEqual(one.log);
      }),
      { numRuns: 40 },
    );
  });
});
