import { judgeRuns } from '../../compare/judge-runs.ts';
import type { RunRecord } from '../../documents/run-record.ts';
import { API_VERSION, type RunReport } from '../../documents/run-report.ts';
import { answerOf } from '../../reports/answer.ts';
import type { ResolvedScenario } from '../../scenarios/resolve/resolve-scenario.ts';
import { modelErrorFile } from '../files/model-error-file.ts';
import { packageVersion } from '../package-root.ts';
import { withModelError } from './with-model-error.ts';

export interface Played {
  readonly scenario: ResolvedScenario;
  readonly workloadSha256: string;
  readonly seeds: readonly number[];
  readonly records: readonly RunRecord[];
}

/** The report of a run: what was measured, compared and judged, and the answer in words. */
export function runReportOf({ scenario, workloadSha256, seeds, records }: Played): RunReport {
  const judged = judgeRuns({
    records,
    attainment: scenario.slo?.attainment,
    thresholds: scenario.thresholds,
    seed: seeds[0] ?? 1,
  });
  const { runs, bands } = withModelError(judged.runs, scenario.policies, modelErrorFile());
  const report: RunReport = {
    apiVersion: API_VERSION,
    kind: 'RunReport',
    manifest: {
      scenario: scenario.name,
      scenarioSha256: scenario.sha256,
      workloadSha256,
      fleetcastVersion: packageVersion(),
      seeds: [...seeds],
      ticksPerNanosecond: Math.min(...records.map((record) => record.ticksPerNanosecond)),
    },
    runs,
    comparisons: judged.comparisons,
    ...(bands.length > 0 && { bands }),
  };
  return { ...report, answer: answerOf(report) };
}
