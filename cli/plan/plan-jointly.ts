import path from 'node:path';
import { performance } from 'node:perf_hooks';

import type { JointPlan } from '../../documents/joint-plan.ts';
import { renderJointPage } from '../../reports/html/render-joint-page.ts';
import { renderJointPlanJson } from '../../reports/json.ts';
import { renderJointTable } from '../../reports/plan/joint-table.ts';
import { scenarioYaml } from '../../scenarios/resolve/scenario-yaml.ts';
import { EXIT } from '../exit-codes.ts';
import { ExitWith } from '../exit-with.ts';
import { nodeResources } from '../files/node-resources.ts';
import { commandText } from '../run/command-text.ts';
import type { Output } from '../run/output-option.ts';
import { pageScripts } from '../run/page-scripts.ts';
import { writeOutputs } from '../run/write-outputs.ts';
import type { Terminal } from '../terminal.ts';
import { jointPlanRun } from './joint-plan-run.ts';
import { openPlan, planRunOf, printDryRun, type PlanSettings } from './open-plan.ts';
import type { PlanFormat } from './render-plan.ts';
import type { ScenarioBeside } from './scenarios-beside.ts';
import { writeManifests } from './write-manifests.ts';

interface JointOptions extends PlanSettings {
  /** What the user calls the first scenario. */
  readonly name: string;
  readonly documents: readonly Output<Exclude<PlanFormat, 'manifests'>>[];
  /** Where manifests go: a folder per model below each. */
  readonly folders: readonly (string | undefined)[];
  readonly set: readonly string[];
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
  const opened = scenarios.map((one, k) => openPlan(one, k === 0 ? options.set : [], options, resources));
  if (options.dryRun === true) {
    for (const one of opened) await printDryRun(one, options.seed, resources, io);
    return;
  }
  const [first, ...others] = opened.map((one) => planRunOf(one, options, io.cwd));
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
