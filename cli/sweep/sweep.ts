import { performance } from 'node:perf_hooks';

import { throwProblems } from '../../base/user-error.ts';
import { renderSweepPage } from '../../reports/html/render-sweep-page.ts';
import { renderSweepJson } from '../../reports/json.ts';
import { renderSweepTable } from '../../reports/sweep/sweep-table.ts';
import type { ResolvedScenario } from '../../scenarios/resolve/resolve-scenario.ts';
import { scenarioYaml } from '../../scenarios/resolve/scenario-yaml.ts';
import { cellProblems } from '../../scenarios/sweep/cell-problems.ts';
import { loadAxisOf } from '../../scenarios/sweep/load-axis.ts';
import { cellsOf, type SweepAxis } from '../../scenarios/sweep/sweep-axis.ts';
import { nodeResources } from '../files/node-resources.ts';
import { openJobs } from '../jobs/jobs.ts';
import type { CaseSource } from '../jobs/task.ts';
import type { Output } from '../run/output-option.ts';
import { pageScripts } from '../run/page-scripts.ts';
import { writeOutputs } from '../run/write-outputs.ts';
import type { Terminal } from '../terminal.ts';
import { playSweep } from './play-sweep.ts';
import { sweepReportOf } from './sweep-report-of.ts';

/** What a sweep can be printed as. */
export const SWEEP_FORMATS = ['table', 'json', 'html'] as const;

export type SweepFormat = (typeof SWEEP_FORMATS)[number];

export interface SweepRun {
  readonly axes: readonly SweepAxis[];
  readonly source: CaseSource;
  /** Without the changes of a point. */
  readonly scenario: ResolvedScenario;
  readonly workloadSha256: string;
  readonly policies: readonly string[];
  readonly seeds: readonly number[];
  readonly check: boolean;
  readonly jobs: number;
  readonly outputs: readonly Output<SweepFormat>[];
  /** The command that gives this sweep again. */
  readonly command: string;
}

/**
 * Plays a sweep and writes its report. Every point of the axes is checked before the first one is played. Throws UserError
 * with all mistakes.
 */
export async function sweep(run: SweepRun, terminal: Terminal): Promise<void> {
  const { axes, source, scenario, workloadSha256, policies, seeds, check } = run;
  throwProblems(pointProblems(run));
  const begun = performance.now();
  const swept = {
    axes,
    loadAxis: loadAxisOf(axes),
    source,
    scenarioSha256: scenario.sha256,
    policies,
    seeds,
    check,
  };
  const jobs = openJobs(run.jobs, terminal);
  try {
    const cells = await playSweep(swept, jobs);
    const report = sweepReportOf({ sweep: swept, scenario: scenario.name, workloadSha256, cells });
    const seconds = (performance.now() - begun) / 1000;
    await writeOutputs(
      run.outputs,
      (format, color) => {
        switch (format) {
          case 'table':
            return [renderSweepTable(report, { color })];
          case 'json':
            return [renderSweepJson(report)];
          case 'html':
            return [
              renderSweepPage({
                report,
                scenario: scenarioYaml(scenario),
                command: run.command,
                scripts: pageScripts(),
              }),
            ];
        }
      },
      terminal,
    );
    const runs = cells.flatMap((cell) => cell.runs);
    const requests = runs.reduce((sum, entry) => sum + entry.requests.offered, 0);
    terminal.say(
      `simulated ${runs.length} runs, ${requests.toLocaleString('en-US')} requests in ${seconds.toFixed(1)} s (${Math.round(requests / seconds).toLocaleString('en-US')} requests/s)`,
    );
  } finally {
    await jobs.close();
  }
}

function pointProblems({ axes, source }: SweepRun) {
  return cellProblems(source.scenario, source.sets, cellsOf(axes), nodeResources(source.cwd));
}

/** How many runs a sweep plays at least: a search adds some. */
export function sweepCases(axes: readonly SweepAxis[]): {
  readonly count: number;
  readonly isSearch: boolean;
} {
  const load = loadAxisOf(axes);
  return {
    count: cellsOf(axes).length,
    isSearch: load !== undefined && axes[load]?.range !== undefined,
  };
}
