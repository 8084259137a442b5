import { readdirSync } from 'node:fs';
import path from 'node:path';
import { compile, type TopLevelSpec } from 'vega-lite';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';

import { plan as planSchema } from '../../documents/plan.ts';
import { runReport } from '../../documents/run-report.ts';
import { SMALL_PLAN } from '../support/small-plan.ts';
import { workspace } from '../support/workspace.ts';

interface Manifest {
  readonly kind: string;
  readonly metadata?: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: {
    readonly rules?: readonly { readonly backendRefs: readonly unknown[] }[];
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly template?: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: {
        readonly nodeSelector?: Readonly<Record<string, string>>;
        readonly containers: readonly { readonly args: readonly string[] }[];
      };
    };
  };
}

/** One GPU for more than one can serve. */
const TOO_MUCH = ['--set', 'spec.plan.max_gpus=1', '--set', 'spec.workload.random.rate=60'];

describe('plan', () => {
  it('gives a document that its schema accepts, whatever the number of jobs', async () => {
    const { run } = workspace({ 's.yaml': SMALL_PLAN });
    const first = await run('plan', 's.yaml', '-o', 'json', '--jobs', '1');
    expect(first.code, first.stderr).toBe(0);
    const document = planSchema.parse(JSON.parse(first.stdout));
    expect(document.feasible).toBe(true);
    expect(document.optimalityGap).toBeGreaterThanOrEqual(0);
    expect(document.candidates.length).toBeGreaterThanOrEqual(4);
    expect(document.terms.map(({ term }) => term)).toEqual(
      document.best?.pools[0]?.hardware === 'l40s-48gb' ? ['on_demand', 'one_year'] : [],
    );
    expect((await run('plan', 's.yaml', '-o', 'json', '--jobs', '3')).stdout).toBe(first.stdout);
  });

  it('answers with the smallest fleet: one replica fewer misses the SLO when it is run', async () => {
    const { run } = workspace({ 's.yaml': SMALL_PLAN });
    const { best } = planSchema.parse(JSON.parse((await run('plan', 's.yaml', '-o', 'json')).stdout));
    const [pool] = best?.pools ?? [];
    const meets = async (replicas: number): Promise<boolean | undefined> => {
      const sets = [
        `spec.fleet.pools[0].hardware=${pool?.hardware}`,
        `spec.fleet.pools[0].tensor_parallel_size=${pool?.tensor_parallel_size}`,
        `spec.fleet.pools[0].replicas=${replicas}`,
      ].flatMap((set) => ['--set', set]);
      const { stdout } = await run('run', 's.yaml', '-o', 'json', ...sets);
      return runReport.parse(JSON.parse(stdout)).runs[0]?.goodput?.meetsSlo;
    };
    expect(pool?.replicas).toBeGreaterThan(1);
    expect(await meets(pool?.replicas ?? 0)).toBe(true);
    expect(await meets((pool?.replicas ?? 0) - 1)).toBe(false);
  });

  it('prints 80 columns, ends with the answer', async () => {
    const { stdout } = await workspace({ 's.yaml': SMALL_PLAN }).run('plan', 's.yaml');
    const lines = stdout.trimEnd().split('\n');
    expect(lines.slice(0, -1).filter((line) => line.length > 80)).toEqual([]);
    expect(lines.at(-1)).toMatch(/is the cheapest fleet that meets the SLO for 90\.0 %/);
  });

  it('writes one page with both charts, and manifests of the answer', async () => {
    const { run, read, files, folder } = workspace({
      's.yaml': SMALL_PLAN.replace(
        'least-request, router: { builtin: least-request }',
        'llm-d, router: { builtin: llm-d }',
      ),
    });
    const { code, stderr } = await run('plan', 's.yaml', '-o', 'html=plan.html', '-o', 'manifests=deploy');
    expect(code, stderr).toBe(0);
    expect(files()).toEqual(['deploy', 'plan.html', 's.yaml']);
    const page = read('plan.html');
    expect(page).toContain('Every fleet that was looked at');
    const facts = [...page.matchAll(/<dt>([^<]+)<\/dt>/g)].map(([, name]) => name);
    const spreads = ['TTFT', 'TPOT', 'E2E'].map((name) => `${name} P50 / P90 / P99`);
    expect(facts).toEqual(
      expect.arrayContaining(['verdict', 'attainment', ...spreads, 'prefix hit rate', 'headroom']),
    );
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(ids.length).toBe(new Set(ids).size);
    const data = /<script type="application\/json" id="charts">([\s\S]*?)<\/script>/.exec(page)?.[1] ?? '{}';
    const { charts } = JSON.parse(data) as { charts: { id: string; spec: TopLevelSpec }[] };
    expect(charts.map(({ id }) => id)).toEqual(['plan-pareto', 'plan-headroom']);
    for (const { spec } of charts) expect(compile(spec).spec.marks?.length).toBeGreaterThan(0);

    const names = readdirSync(path.join(folder, 'deploy')).sort();
    expect(names).toEqual([
      'endpoint-picker.yaml',
      'http-route.yaml',
      'inference-pool.yaml',
      expect.stringMatching(/^model-servers-(l40s|h100)-.*\.yaml$/),
      'router',
    ]);
    const objects = names
      .filter((name) => name.endsWith('.yaml'))
      .flatMap((name) => parseAllDocuments(read(`deploy/${name}`)).map((one) => one.toJS() as Manifest));
    expect(objects.map(({ kind }) => kind)).toEqual([
      'ConfigMap',
      'ServiceAccount',
      'Role',
      'RoleBinding',
      'Service',
      'Deployment',
      'HTTPRoute',
      'InferencePool',
      'Deployment',
    ]);
    expect(objects[0]?.data?.['config.yaml']).toBe(read('deploy/router/endpoint-picker-config.yaml'));
    const server = objects.at(-1)?.spec;
    expect(server?.template?.spec.containers[0]?.args).toEqual([
      'meta-llama/Llama-3.1-8B',
      expect.stringMatching(/^--tensor-parallel-size=\d$/),
      '--max-model-len=8192',
    ]);
    expect(server?.template?.spec.nodeSelector?.['nvidia.com/gpu.product']).toMatch(
      /^NVIDIA-(L40S|H100-80GB-HBM3)$/,
    );
    expect(objects[6]?.spec?.rules?.[0]?.backendRefs).toEqual([
      { group: 'inference.networking.k8s.io', kind: 'InferencePool', name: objects[7]?.metadata?.name },
    ]);
    expect(server?.template?.metadata.labels).toMatchObject(
      objects[7]?.spec?.selector?.matchLabels ?? { no: '' },
    );
  });

  it('plans with the sizes that fit where the model does not fit the pools of the scenario', async () => {
    const { run } = workspace({ 's.yaml': SMALL_PLAN });
    const large = ['s.yaml', '--set', 'spec.model=llama-3.1-70b', '--set', 'spec.workload.random.rate=1'];
    const { code, stdout, stderr } = await run(
      'plan',
      ...large,
      '--set',
      'spec.plan.tensor_parallel_size=[1, 4]',
      '-o',
      'json',
    );
    expect(code, stderr).toBe(0);
    const { best, candidates } = planSchema.parse(JSON.parse(stdout));
    expect(best?.pools[0]?.tensor_parallel_size).toBe(4);
    expect(candidates.filter(({ outcome }) => outcome === 'does not fit').length).toBeGreaterThan(0);
    const none = await run('plan', ...large, '--set', 'spec.plan.tensor_parallel_size=[1]');
    expect(none.code).toBe(2);
    expect(none.stderr).toMatch(/^error\[E_DOES_NOT_FIT\]: s\.yaml:\d+:\d+ /);
  });

  it('shows what differs between replications', async () => {
    const { run } = workspace({ 's.yaml': SMALL_PLAN });
    const { code, stdout, stderr } = await run('plan', 's.yaml', '--replications', '3');
    expect(code, stderr).toBe(0);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('seeds 1, 2, 3');
    expect(stdout).toMatch(/replications {6}3: attainment \S+ % to \S+ %, P90 TTFT /);
  });

  it('ends with 3, the nearest miss and what it violates when nothing does', async () => {
    const { run } = workspace({ 's.yaml': SMALL_PLAN });
    const few = await run('plan', 's.yaml', ...TOO_MUCH, '-o', 'json');
    const document = planSchema.parse(JSON.parse(few.stdout));
    expect(few.code).toBe(3);
    expect(document.best).toBeUndefined();
    expect(document.nearestMiss?.violated).toMatch(/attainment|unstable/);
    const strict = await run('plan', 's.yaml', '--set', 'spec.slo.tpot=1ms');
    expect(strict.code).toBe(3);
    expect(strict.stdout.replaceAll(/\s+/g, ' ')).toContain(
      '100.0 % of the requests are late even alone on a replica, most of them in TPOT',
    );
  });

  it('calls no run cut short that was played whole, where thresholds alone are promised', async () => {
    const text = SMALL_PLAN.replace(/  slo: .*/, '  thresholds: { ttft: ["p(90) <= 800ms"] }');
    const { code, stdout, stderr } = await workspace({ 's.yaml': text }).run('plan', 's.yaml');
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/ x 1\.00 .*\/s +- /);
  });

  it('refuses an SLO that holds for no request, and labels a class that none has', async () => {
    const { run } = workspace({ 's.yaml': SMALL_PLAN });
    const slo = (text: string): string[] => ['s.yaml', '--set', `spec.slo=${text}`];
    const { code, stderr } = await run(
      'plan',
      ...slo('{ attainment: 0.9, classes: { chat: { ttft: 1s } } }'),
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^error\[E_PLAN\]: .*spec\.slo promises nothing .*: no request has the class chat/,
    );
    const partly = slo('{ ttft: 5s, attainment: 0.9, classes: { chat: { ttft: 1s } } }');
    const planned = planSchema.parse(JSON.parse((await run('plan', ...partly, '-o', 'json')).stdout));
    const played = runReport.parse(JSON.parse((await run('run', ...partly, '-o', 'json')).stdout));
    for (const labels of [planned.labels, played.runs[0]?.labels ?? []]) {
      expect(labels.find((label) => label.code === 'slo-class')?.text).toMatch(
        /^no request has the class chat:/,
      );
    }
  });

  it('says with --dry-run what it would search through, and writes nothing', async () => {
    const { run, files } = workspace({ 's.yaml': SMALL_PLAN });
    const { code, stdout, stderr } = await run('plan', 's.yaml', '--dry-run', '-o', 'json=p.json');
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(
      /^plan-me: at most \d+ cases \(fleets of one kind x policies; .*\) of 400 requests/,
    );
    expect(stdout).toMatch(/ {2}h100-sxm-80gb TP 2: 1 to \d+ times 2 GPUs, \$\S+ a GPU and hour/);
    expect(stderr).toMatch(/about \S+ s on this machine/);
    expect(files()).toEqual(['s.yaml']);
  });

  it.each([
    ['spec.plan.power={"limit": "40"}', /must be a power with a unit/],
    ['spec.policies[0].set={"spec.fleet.pools[0].replicas": 2}', /cannot be planned with/],
    ['spec.plan.term=spot', /has no price spot/],
    ['spec.plan.hardware=[l40s]', /there is no hardware profile "l40s"/],
    ['spec.fleet.pools[0].engine.num_gpu_blocks=900', /pins its KV blocks/],
  ])('refuses %s', async (set, message) => {
    const { code, stdout, stderr } = await workspace({ 's.yaml': SMALL_PLAN }).run(
      'plan',
      's.yaml',
      '--set',
      set,
    );
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});
