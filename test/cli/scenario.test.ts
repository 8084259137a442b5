import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';

import { shippedScenarios } from '../../cli/files/scenario-file.ts';
import { SMALL_SCENARIO } from '../support/scenario-text.ts';
import { workspace } from '../support/workspace.ts';

describe('fleetcast scenario', () => {
  it('init writes a scenario that runs, with a schema for the editor', async () => {
    const { run, read, files } = workspace({});
    const { code, stdout, stderr } = await run('scenario', 'init', 'mine.yaml', '--from', 'chat');
    expect({ code, stdout, files: files() }).toEqual({ code: 0, stdout: '', files: ['mine.yaml'] });
    expect(stderr).toBe('wrote mine.yaml; simulate it with: fleetcast run mine.yaml\n');
    expect(read('mine.yaml')).toMatch(
      /^# yaml-language-server: \$schema=.*scenarios\/scenario\.schema\.json\n/,
    );
    expect((await run('run', 'mine.yaml', '--requests', '20')).code).toBe(0);
  });

  it('show prints the text as it is; --resolved every default, and the same again', async () => {
    const { run } = workspace({ 's.yaml': SMALL_SCENARIO });
    expect((await run('scenario', 'show', 's.yaml')).stdout).toBe(SMALL_SCENARIO);
    const { stdout } = await run('scenario', 'show', 's.yaml', '--resolved');
    expect(parse(stdout)).toMatchObject({
      spec: { fleet: { pools: [{ engine: { max_num_batched_tokens: 8192, block_size: 16 } }] } },
    });
    const again = workspace({ 's.yaml': stdout });
    expect((await again.run('scenario', 'show', 's.yaml', '--resolved')).stdout).toBe(stdout);
  });

  it('show --resolved applies --set', async () => {
    const { run } = workspace({ 's.yaml': SMALL_SCENARIO });
    const { stdout } = await run(
      'scenario',
      'show',
      's.yaml',
      '--resolved',
      '--set',
      'spec.fleet.pools[0].replicas=5',
    );
    expect(parse(stdout)).toMatchObject({ spec: { fleet: { pools: [{ replicas: 5 }] } } });
  });

  it('show refuses a scenario with mistakes', async () => {
    const { run } = workspace({ 's.yaml': SMALL_SCENARIO.replace('replicas: 2', 'replicas: 0') });
    expect(await run('scenario', 'show', 's.yaml')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^error\[E_RANGE\]: s\.yaml:10:19 /),
    });
  });

  it.each(['Scenario', 'RunReport', 'SweepReport', 'TraceStats'])(
    'schema prints the JSON Schema of a %s',
    async (kind) => {
      const { stdout } = await workspace({}).run('scenario', 'schema', kind);
      expect(JSON.parse(stdout)).toMatchObject({
        $schema: 'http://json-schema.org/draft-07/schema#',
        type: 'object',
        properties: { kind: { const: kind } },
      });
    },
  );
});

describe('scenarios that come with fleetcast', () => {
  it('are these', () => {
    expect(shippedScenarios()).toEqual(expect.arrayContaining(['agentic', 'chat', 'rag']));
  });
});
