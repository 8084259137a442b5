import { performance } from 'node:perf_hooks';

import { Command } from 'commander';

import { scenarioYaml } from '../../scenarios/resolve/scenario-yaml.ts';
import { workloadOf } from '../../scenarios/resolve/workload-of.ts';
import { EXIT } from '../exit-codes.ts';
import { ExitWith } from '../exit-with.ts';
import { nodeResources } from '../files/node-resources.ts';
import { findScenario, readScenario } from '../files/scenario-file.ts';
import { defaultJobs, hasWorkers } from '../jobs/jobs.ts';
import { outputOption, setOption, wholeNumber } from '../options.ts';
import { checkFolders, writeManifests } from '../plan/write-manifests.ts';
import { cacheFolder, PlanCache, programDigest, type PlanKey } from '../plan/plan-cache.ts';
import { openPlan, planRunOf, printDryRun, type PlanSettings } from '../plan/open-plan.ts';
import { planJointly } from '../plan/plan-jointly.ts';
import { planRun } from '../plan/plan-run.ts';
import { plannedScenario } from '../plan/planned-scenario.ts';
import { PLAN_FORMATS, renderPlan } from '../plan/render-plan.ts';
import { scenariosBeside } from '../plan/scenarios-beside.ts';
import { commandText } from '../run/command-text.ts';
import { expectedSeconds, SAMPLE_REQUESTS } from '../run/dry-run.ts';
import { parseOutputs } from '../run/output-option.ts';
import { checkOutputs, writeOutputs } from '../run/write-outputs.ts';
import { asAsked, type Terminal } from '../terminal.ts';

interface PlanOptions extends PlanSettings {
  readonly output: readonly string[];
  readonly set: readonly string[];
  readonly dryRun?: true;
  readonly quiet?: true;
  readonly cache: boolean;
  readonly color: boolean;
}

/** `fleetcast plan SCENARIO`: the cheapest fleet that meets the SLO. */
export function planCommand(terminal: Terminal): Command {
  return new Command('plan')
    .summary('find the cheapest fleet that meets the SLO of a scenario')
    .description(
      'Finds the cheapest fleet that meets the SLO of a scenario: what spec.plan may buy, or more or fewer replicas of its pools. Ends with 3 when there is none. SCENARIO is a file, or the name of a scenario that comes with fleetcast.',
    )
    .argument('<SCENARIO>', 'scenario file or name')
    .addOption(outputOption(PLAN_FORMATS))
    .addOption(setOption())
    .option('--policy <A,B>', 'only these policies')
    .option('--requests <N>', 'only the first N requests of the workload', wholeNumber(1))
    .option('--seed <N>', 'seed of everything that is drawn', wholeNumber(0), 1)
    .option('--replications <N>', 'seeds, in each of which the fleet must meet the SLO', wholeNumber(1), 1)
    .option('--jobs <N>', 'runs at once (default: one per core)', wholeNumber(1), defaultJobs())
    .option('--check', 'verify every law of the simulation after every event')
    .option('--dry-run', 'print kinds, cases, requests and expected seconds, and search nothing')
    .option('--no-cache', 'make the plan anew even if the same one was made before')
    .option('--quiet', 'no progress and no remarks on stderr')
    .option('--no-color', 'no colours')
    .action((scenario: string, options: PlanOptions) => plan(scenario, options, terminal));
}

async function plan(name: string, options: PlanOptions, terminal: Terminal): Promise<void> {
  const io = asAsked(terminal, options);
  const outputs = parseOutputs(options.output, PLAN_FORMATS);
  const documents = outputs.flatMap(({ format, path }) => (format === 'manifests' ? [] : [{ format, path }]));
  const folders = outputs.flatMap(({ format, path }) => (format === 'manifests' ? [path] : []));
  checkOutputs(documents, io);
  checkFolders(folders, io);
  const resources = nodeResources(io.cwd);
  const file = readScenario(findScenario(name, io.cwd), io.cwd);
  const { loaded, scenario } = plannedScenario(file, options.set, resources);
  if (loaded.scenario.spec.plan?.with !== undefined) {
    const beside = scenariosBeside(loaded, io.cwd, resources);
    await planJointly([{ file, loaded, scenario }, ...beside], { ...options, name, documents, folders }, io);
    return;
  }
  const opened = openPlan({ file, loaded, scenario }, options.set, options, resources);
  if (options.dryRun === true) {
    const sum = await printDryRun(opened, options.seed, resources, io);
    const [first] = opened.inputs;
    if (first === undefined || sum.requests === 0) return;
    const sample = workloadOf(loaded, resources, Math.min(sum.requests, SAMPLE_REQUESTS));
    const seconds = expectedSeconds({ ...first, workload: sample.workload }, { ...sum, cases: 1 });
    io.say(`about ${seconds.toPrecision(2)} s on this machine for a case that is not cut short`);
    return;
  }
  const begun = performance.now();
  const run = planRunOf(opened, options, io.cwd);
  const cache = cacheOf(options, {
    scenarioSha256: scenario.sha256,
    workloadSha256: run.opened.workload.sha256,
    policies: run.policies,
    seeds: run.seeds,
  });
  const known = cache?.read();
  const document = known ?? (await planRun(run, io));
  if (known === undefined) cache?.write(document);
  for (const folder of folders) writeManifests(folder ?? '', { plan: document, loaded, resources }, io);
  const command = commandText('plan', [name], options);
  const output = { plan: document, scenario: scenarioYaml(scenario), command };
  await writeOutputs(documents, (format, color) => renderPlan(output, format, color), io);
  const { runs, shortened, requests } = document.effort;
  const seconds = (performance.now() - begun) / 1000;
  if (known !== undefined) io.say('this plan was made before, and kept; --no-cache makes it anew');
  else
    io.say(
      `simulated ${runs} runs (${shortened} of them shortened), ${requests.toLocaleString('en-US')} requests in ${seconds.toFixed(1)} s`,
    );
  if (!document.feasible) throw new ExitWith(EXIT.infeasible);
}

/** Where plans are kept. None for a program that runs from its sources, which change under it, and none for a check. */
function cacheOf({ cache, check }: PlanOptions, key: PlanKey): PlanCache | undefined {
  return cache && check !== true && hasWorkers()
    ? new PlanCache(cacheFolder(), key, programDigest())
    : undefined;
}
