import { describe, expect, it } from 'vitest';

import { jointPlan } from '../../documents/joint-plan.ts';
import { runReport } from '../../documents/run-report.ts';
import { SMALL_PLAN } from '../support/small-plan.ts';
import { workspace } from '../support/workspace.ts';

/** Two models, of which one does with two L40S and the other needs an H100. */
const CHAT = SMALL_PLAN.replace('name: plan-me', 'name: chat').replace(
  'max_gpus: 16 }',
  'max_gpus: 16, with: [rag.yaml] }',
);

const RAG = CHAT.replace('name: chat', 'name: rag')
  .replace('rate: 12, input_len: 1200', 'rate: 9, input_len: 2500')
  .replace(/ {2}plan: .*\n/, '');

const FILES = { 'chat.yaml': CHAT, 'rag.yaml': RAG };

async function planned(...sets: readonly string[]) {
  const { run } = workspace(FILES);
  const { code, stdout, stderr } = await run(
    'plan',
    'chat.yaml',
    ...sets.flatMap((set) => ['--set', set]),
    '-o',
    'json',
  );
  return { code, stderr, document: jointPlan.parse(JSON.parse(stdout)) };
}

describe('plan for several models', () => {
  it('gives each its own cheapest fleet where all of them may be had together', async () => {
    const { code, stderr, document } = await planned();
    expect(code, stderr).toBe(0);
    const { feasible, proved, models, total, limits } = document;
    expect({ feasible, proved }).toEqual({ feasible: true, proved: true });
    expect(models.map(({ name }) => name)).toEqual(['chat', 'rag']);
    for (const { alone, plan } of models) expect(plan?.best).toMatchObject(alone ?? { no: '' });
    const usd = models.map(({ plan }) => plan?.best?.usdPerHour ?? NaN);
    expect(total?.usdPerHour).toBeCloseTo((usd[0] ?? NaN) + (usd[1] ?? NaN), 9);
    expect(limits).toEqual([
      { of: 'max_gpus', unit: 'GPUs', most: 16, used: total?.gpus, usedAlone: total?.gpus, short: false },
    ]);
  });

  it('gives a model a dearer fleet where the cheapest ones take more than there is, and each keeps its promise when run', async () => {
    const { code, document } = await planned('spec.plan.max_gpus=2');
    expect(code).toBe(0);
    const { models, total, limits, answer } = document;
    expect(limits[0]).toMatchObject({ most: 2, used: 2, usedAlone: 3 });
    expect(total).toMatchObject({ gpus: 2, usdPerHour: 6 });
    expect(answer.sentence).toMatch(/chat would cost less alone, but .* 3 GPUs, and max_gpus is 2/);
    expect(models[0]?.plan?.answer.sentence).toMatch(/^Beside the other models, 1 x h100-sxm-80gb/);
    const { run } = workspace(FILES);
    for (const { name, plan } of models) {
      const [pool] = plan?.best?.pools ?? [];
      const sets = [
        `spec.fleet.pools[0].hardware=${pool?.hardware}`,
        `spec.fleet.pools[0].replicas=${pool?.replicas}`,
      ].flatMap((set) => ['--set', set]);
      const { stdout } = await run('run', `${name}.yaml`, '-o', 'json', ...sets);
      expect(runReport.parse(JSON.parse(stdout)).runs[0]?.goodput?.meetsSlo).toBe(true);
    }
  });

  it('shares stock and power', async () => {
    const stock = await planned('spec.plan.stock={l40s-48gb: 16, h100-sxm-80gb: 0}');
    expect(stock.document.models.map(({ plan }) => plan?.best?.pools[0]?.hardware)).toEqual([
      'l40s-48gb',
      'l40s-48gb',
    ]);
    expect(stock.document.limits.find(({ hardware }) => hardware === 'l40s-48gb')?.used).toBe(
      stock.document.total?.gpus,
    );
    const power = await planned('spec.plan.power={limit: 1200W}');
    const limit = power.document.limits.find(({ of }) => of === 'power');
    expect(power.code).toBe(3);
    expect(limit).toMatchObject({ most: 1200, unit: 'W', short: true });
    expect(limit?.usedAlone).toBeGreaterThan(1200);
  });

  it('ends with 3 and names the limits that no joint fleet keeps', async () => {
    const { code, document } = await planned('spec.plan.max_gpus=2', 'spec.plan.stock={h100-sxm-80gb: 1}');
    expect(code).toBe(3);
    const { feasible, proved, total, limits, models, answer } = document;
    expect({ feasible, proved, total }).toEqual({ feasible: false, proved: true, total: undefined });
    expect(limits.map(({ short }) => short)).toEqual([true, true]);
    expect(models.map(({ alone, plan }) => [alone?.gpus, plan])).toEqual([
      [2, undefined],
      [1, undefined],
    ]);
    expect(answer.sentence).toMatch(
      /^No fleets keep all promises within what they share: the cheapest ones would take 3 GPUs, and max_gpus is 2; dearer ones would take more than 1 h100-sxm-80gb\./,
    );
  });

  it('ends with 3 and the nearest miss of a model that has no fleet at all', async () => {
    const { code, document } = await planned('spec.slo.tpot=1ms');
    expect(code).toBe(3);
    expect(document.models.map(({ plan }) => plan?.feasible)).toEqual([false, undefined]);
    expect(document.answer.sentence).toMatch(/for chat none does, .* late even alone on a replica/);
  });

  it('prints 80 columns, a page with the sections of both, and manifests of both', async () => {
    const { run, read, files } = workspace(FILES);
    const outputs = ['-o', 'table', '-o', 'html=p.html', '-o', 'manifests=deploy'];
    const { code, stdout, stderr } = await run(
      'plan',
      'chat.yaml',
      '--set',
      'spec.plan.max_gpus=2',
      ...outputs,
    );
    expect(code, stderr).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.slice(0, -1).filter((line) => line.length > 80)).toEqual([]);
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^chat +1 x h100-sxm-80gb +1 +3\.00 +2,190 /),
        expect.stringMatching(/^total +2 +6\.00 +4,380$/),
      ]),
    );
    expect(lines.at(-1)).toMatch(/are the cheapest fleets that keep all promises within what they share/);
    const page = read('p.html');
    expect(page).toContain('Every fleet that was looked at: chat');
    expect(page).toContain('Every fleet that was looked at: rag');
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(ids.length).toBe(new Set(ids).size);
    expect(files()).toEqual(['chat.yaml', 'deploy', 'p.html', 'rag.yaml']);
    for (const name of ['chat', 'rag'])
      expect(read(`deploy/${name}/model-servers-h100-sxm-80gb-tp1.yaml`)).toContain('kind: Deployment');
  });

  it('says with --dry-run what each would be searched through', async () => {
    const { stdout, code } = await workspace(FILES).run('plan', 'chat.yaml', '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^chat: at most \d+ cases[^]*^rag: at most \d+ cases/m);
  });

  it.each([
    ['nowhere.yaml', /^error\[E_FILE\]: .*there is no scenario nowhere\.yaml/],
    ['chat.yaml', /^error\[E_PLAN\]: .*is a second scenario named chat/],
  ])('refuses to plan with %s', async (name, message) => {
    const { code, stdout, stderr } = await workspace(FILES).run(
      'plan',
      'chat.yaml',
      '--set',
      `spec.plan.with=[${name}]`,
    );
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});
