import { describe, expect, it } from 'vitest';

import type { RunReport } from '../../../documents/run-report.ts';
import { BLACK_BOX_SCENARIO } from '../../support/scenario-text.ts';
import { workspace } from '../../support/workspace.ts';

/** One prompt of so many tokens on a server. */
function scenario(inputTokens: number, requests: number): string {
  return `apiVersion: fleetcast/v1alpha1
kind: Scenario
metadata: { name: long }
spec:
  model: llama-3.1-8b
  fleet: { pools: [ { name: h100, hardware: h100-sxm-80gb, replicas: 1, engine: { max_num_seqs: 2048 } } ] }
  workload:
    random: { input_len: ${inputTokens}, output_len: 8, requests: ${requests} }
    load: { closed_loop: { concurrency: ${requests}, requests: ${requests} } }
  policies: [ { name: rr, router: { builtin: round-robin } } ]
`;
}

async function labelsOf(text: string): Promise<string[]> {
  const { stdout } = await workspace({ 's.yaml': text }).run('run', 's.yaml', '-o', 'json', '--quiet');
  const { runs } = JSON.parse(stdout) as RunReport;
  return runs
    .flatMap(({ labels }) => labels.filter(({ code }) => code === 'beyond-tables'))
    .map(({ text: said }) => said);
}

describe('what was beyond the measured kernels', () => {
  it('is labelled by what really ran: a prompt, a batch; nothing within them is', async () => {
    // The tables of H100 end at prompts of 16384 tokens, contexts of 131072 and batches of 1024.
    expect(await labelsOf(scenario(16000, 2))).toEqual([]);
    expect(await labelsOf(scenario(20000, 2))).toEqual([
      expect.stringMatching(/^h100 had more .* a prompt of 20000 \(16384\); in brackets/),
    ]);
    expect(await labelsOf(scenario(64, 1500))).toEqual([expect.stringMatching(/a batch of 1\d{3} \(1024\)/)]);
  });

  it('is not asked of a step time that is given outright', async () => {
    expect(await labelsOf(BLACK_BOX_SCENARIO)).toEqual([]);
  });
});
