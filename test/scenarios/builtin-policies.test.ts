import { describe, expect, it } from 'vitest';

import { runReport } from '../../documents/run-report.ts';
import { BUILTIN_POLICIES } from '../../scenarios/builtin-policies.ts';
import { SMALL_SCENARIO } from '../support/scenario-text.ts';
import { workspace } from '../support/workspace.ts';

describe('built-in policies', () => {
  it.each([...BUILTIN_POLICIES.keys(), 'llm-d', 'llm-d-default'])(
    '%s serves a fleet, all laws kept',
    async (name) => {
      const scenario = SMALL_SCENARIO.replace('builtin: least-request', `builtin: '${name}'`);
      expect(scenario).toContain(name);
      const { run } = workspace({ 's.yaml': scenario });
      const { code, stdout, stderr } = await run('run', 's.yaml', '--check', '-o', 'json', '--quiet');
      expect(code, stderr).toBe(0);
      const { runs } = runReport.parse(JSON.parse(stdout));
      expect(runs.map(({ requests }) => requests.completed)).toEqual(
        runs.map(({ requests }) => requests.offered),
      );
    },
  );
});
