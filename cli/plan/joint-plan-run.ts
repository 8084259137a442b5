import { API_VERSION } from '../../documents/run-report.ts';
import type { JointPlan } from '../../documents/joint-plan.ts';
import { makeJointPlan } from '../../planner/make-joint-plan.ts';
import { jointAnswerOf, modelAnswerOf } from '../../reports/plan/joint-answer.ts';
import { openJobs } from '../jobs/jobs.ts';
import { packageVersion } from '../package-root.ts';
import type { Terminal } from '../terminal.ts';
import { highsSolver } from './highs-solver.ts';
import { preparePlan, type PlanRun } from './plan-run.ts';

/**
 * Searches the cheapest fleets for several scenarios that share what the first one may buy, with a progress line on a
 * terminal. Throws UserError for a plan that cannot be made.
 */
export async function jointPlanRun(
  first: PlanRun,
  others: readonly PlanRun[],
  terminal: Terminal,
): Promise<JointPlan> {
  const runs = [first, ...others];
  const { scenario, opened, seeds, jobs: atOnce } = first;
  const jobs = openJobs(atOnce, terminal);
  try {
    const solve = await highsSolver();
    const prepared = runs.map((run) => preparePlan(run, jobs, solve));
    const { models, ...figures } = await makeJointPlan(prepared.map(({ input }) => input));
    const document: JointPlan = {
      apiVersion: API_VERSION,
      kind: 'JointPlan',
      manifest: {
        scenario: scenario.name,
        scenarioSha256: scenario.sha256,
        workloadSha256: opened.workload.sha256,
        fleetcastVersion: packageVersion(),
        seeds: [...seeds],
      },
      answer: { sentence: '' },
      ...figures,
      models: prepared.map(({ documentOf }, k) => {
        const { alone, plan } = models[k] ?? {};
        const model = {
          name: runs[k]?.scenario.name ?? '',
          ...(alone !== undefined && { alone }),
          ...(plan !== undefined && { plan: documentOf(plan) }),
        };
        const answer = modelAnswerOf(model);
        return model.plan === undefined || answer === undefined
          ? model
          : { ...model, plan: { ...model.plan, answer } };
      }),
    };
    return { ...document, answer: jointAnswerOf(document) };
  } finally {
    await jobs.close();
  }
}
