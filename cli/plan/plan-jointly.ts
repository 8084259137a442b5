import path from 'node:path';
import { performance } from 'node:perf_hooks';

import type { JointPlan } from '../../documents/joint-plan.ts';
import { planSpace } from '../../planner/plan-space.ts';
import { renderJointPage } from '../../reports/html/render-joint-page.ts';
import { renderJointPlanJson } from '../../reports/json.ts';
import { renderJointTable } from '../../reports/plan/joint-table.ts';
import { runInputs } from '../../scenarios/resolve/run-inputs.ts';
import { scenarioYaml } from '../../scenarios/resolve/scenario-yaml.ts';
import { workloadOf } from '../../scenarios/resolve/workload-of.ts';
import { EXIT } from '../exit-codes.ts';
import { ExitWith } from '../exit-with.ts';
import { nodeResources } from '../files/node-resources.ts';
import { namesIn } from '../options.ts';
import { commandText } from '../run/command-text.ts';
import { dryRun } from '../run/dry-run.ts';
import type { Output } from '../run/output-option.ts';
import { pageScripts } from '../run/page-scripts.ts';
import { writeOutputs } from '../run/write-outputs.ts';
import type { Terminal } from '../terminal.ts';
import { jointPlanRun } from './joint-plan-run.ts';
import { planDryRunText } from './plan-dry-run.ts';
import type { PlanRun } from './plan-run.ts';
import type { PlanFormat } from './render-plan.ts';
import type { ScenarioBeside } from './scenarios-beside.ts';
import { writeManifests } from './write-manifests.ts';

interface JointOptions {
  /** What the user calls the first scenario. */
  readonly name: string;
  readonly documents: readonly Output<Exclude<PlanFormat, 'manifests'>>[];
  /** Where manifests go: a folder per model below each. */
  readonly folders: readonly (string | undefined)[];
  readonly set: readonly string[];
  readonly policy?: string;
  readonly requests?: number;
  readonly seed: number;
  readonly replications: number;
  readonly jobs: number;
  readonly check?: true;
  readonly dryRun?: true;
}

/** Plans for several scenarios at once, and writes what was asked for. Of `--set`, the first one is changed. */
export async function planJointly(
  scenarios: readonly ScenarioBeside[],
  options: JointOptions,
  io: Terminal,
): Promise<void> {
  const begun = performance.now();
  const resources = nodeResources(io.cwd);
  const opened = scenarios.map((one, k) => {
    const sets = k === 0 ? options.set : [];
    const workload = workloadOf(one.loaded, resources, options.requests);
    const asked = { policies: namesIn(options.policy), seeds: [options.seed] };
    return { ...one, sets, workload, inputs: runInputs(one.scenario, workload, asked) };
  });
  if (options.dryRun === true) {
    for (const { file, sets, loaded, scenario, inputs, workload } of opened) {
      const sum = dryRun(inputs, workload.workload, options.seed);
      const space = planSpace(file, sets, loaded, resources);
      await io.out(planDryRunText(scenario.name, space, inputs.length, sum));
    }
    return;
  }
  const [first, ...others] = opened.map(({ file, sets, loaded, scenario, inputs, workload }): PlanRun => ({
    source: { scenario: file, sets, changes: [], requests: options.requests, cwd: io.cwd },
    loaded,
    scenario,
    opened: workload,
    policies: inputs.map(({ policy }) => policy),
    seeds: Array.from({ length: options.replications }, (_, k) => options.seed + k),
    check: options.check ?? false,
    jobs: options.jobs,
  }));
  if (first === undefined) return;
  const document = await jointPlanRun(first, others, io);
  for (const folder of options.folders) {
    for (const [k, { name, plan }] of document.models.entries()) {
      const loaded = opened[k]?.loaded;
      const own = path.join(folder ?? '', name);
      if (plan !== undefined && loaded !== undefined) writeManifests(own, { plan, loaded, resources }, io);
    }
  }
  const render = (format: Exclude<PlanFormat, 'manifests'>, color: boolean): Iterable<string> => {
    switch (format) {
      case 'table':
        return [renderJointTable(document, { color })];
      case 'json':
        return [renderJointPlanJson(document)];
      case 'html':
        return [pageOf(document, scenarioYamls(opened), commandText('plan', [options.name], options))];
    }
  };
  await writeOutputs(options.documents, render, io);
  const seconds = (performance.now() - begun) / 1000;
  io.say(`simulated ${document.effort.runs} runs in ${seconds.toFixed(1)} s`);
  if (!document.feasible) throw new ExitWith(EXIT.infeasible);
}

function pageOf(plan: JointPlan, scenario: string, command: string): string {
  return renderJointPage({ plan, scenario, command, scripts: pageScripts() });
}

/** The resolved scenarios, one YAML document each. */
function scenarioYamls(scenarios: readonly ScenarioBeside[]): string {
  return scenarios.map(({ scenario }) => scenarioYaml(scenario)).join('---\n');
}
