import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

import { gateReport } from '../../documents/gate-report.ts';
import { CROWDED_SCENARIO } from '../support/scenario-text.ts';
import { workspace } from '../support/workspace.ts';

describe('gate of two revisions of a router config', () => {
  const ROUTER = [
    'apiVersion: llm-d.ai/v1alpha1',
    'kind: EndpointPickerConfig',
    'plugins:',
    '  - type: queue-scorer',
    '  - type: max-score-picker',
    'schedulingProfiles:',
    '  - name: default',
    '    plugins: [{ pluginRef: queue-scorer, weight: 1 }, { pluginRef: max-score-picker }]',
    '',
  ].join('\n');
  // Prefers the endpoint that runs most.
  const WORSE = ROUTER.replaceAll('queue-scorer', 'running-requests-size-scorer').replace(
    'weight: 1',
    'weight: -1',
  );

  function repository(): ReturnType<typeof workspace> {
    const space = workspace({
      's.yaml': CROWDED_SCENARIO.replace('{ builtin: least-request }', '{ file: router.yaml }'),
      'router.yaml': ROUTER,
    });
    const git = (...args: string[]): void => {
      const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.org', '-c', 'commit.gpgsign=false'];
      execFileSync('git', ['-C', space.folder, ...who, ...args], { stdio: 'ignore' });
    };
    git('init', '-q');
    git('add', '.');
    git('commit', '-q', '-m', 'first');
    git('tag', 'first');
    writeFileSync(path.join(space.folder, 'router.yaml'), WORSE);
    git('commit', '-q', '-a', '-m', 'second');
    return space;
  }

  it('compares a config at two commits, and at one with the file as it is', async () => {
    const space = repository();
    const gate = async (...args: string[]) => {
      const { code, stdout, stderr } = await space.run(
        'gate',
        's.yaml',
        '-o',
        'json',
        '--replications',
        '8',
        ...args,
      );
      expect(stderr).not.toContain('error');
      return { code, report: gateReport.parse(JSON.parse(stdout)) };
    };
    const changed = await gate('--baseline-rev', 'first', '--candidate-rev', 'HEAD');
    expect(changed.code).toBe(99);
    expect(changed.report.comparisons[0]).toMatchObject({
      baseline: 'least-request@first',
      candidate: 'least-request@HEAD',
      metric: 'ttft.p90',
      verdict: 'worse',
    });
    expect(changed.report.manifest.revisions?.baseline).toMatch(/^[0-9a-f]{40}$/);
    const [decisions] = changed.report.decisions;
    expect(decisions?.changed).toBeGreaterThan(0);
    expect(decisions?.first.some(({ candidateScoreDifference: lead = 0 }) => lead < 0)).toBe(true);
    const same = await gate('--baseline-rev', 'HEAD');
    expect(same.code).toBe(0);
    expect(same.report.comparisons[0]).toMatchObject({
      difference: 0,
      candidate: 'least-request@working tree',
    });
  });

  it('says which commit is none, and when no policy has a config', async () => {
    const space = repository();
    const unknown = await space.run('gate', 's.yaml', '--baseline-rev', 'nowhere');
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    expect(unknown.stderr).toMatch(/^error\[E_GIT\]: "nowhere" is no commit/);
    const none = await space.run('gate', 's.yaml', '--policy', 'round-robin', '--baseline-rev', 'first');
    expect(none.stderr).toMatch(/^error\[E_REVISION\]/);
    expect((await space.run('gate', 's.yaml', '--candidate-rev', 'first')).code).toBe(2);
  });
});
