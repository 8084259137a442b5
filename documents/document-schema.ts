import { z } from 'zod';

import { calibrationReport } from './calibration-report.ts';
import { gateReport } from './gate-report.ts';
import { jointPlan } from './joint-plan.ts';
import { plan } from './plan.ts';
import { runReport } from './run-report.ts';
import { sweepReport } from './sweep-report.ts';
import { traceStats } from './trace-stats.ts';
import { validationReport } from './validation-report.ts';

/** Documents that commands print as JSON, by their `kind`. */
const SCHEMAS = {
  CalibrationReport: calibrationReport,
  GateReport: gateReport,
  JointPlan: jointPlan,
  Plan: plan,
  RunReport: runReport,
  SweepReport: sweepReport,
  TraceStats: traceStats,
  ValidationReport: validationReport,
} as const;

export type DocumentKind = keyof typeof SCHEMAS;

/** Kinds of documents that have a published schema. */
export const DOCUMENT_KINDS: readonly DocumentKind[] = [
  'CalibrationReport',
  'GateReport',
  'JointPlan',
  'Plan',
  'RunReport',
  'SweepReport',
  'TraceStats',
  'ValidationReport',
];

/** The JSON Schema (draft-07) of a kind of document. */
export function documentSchema(kind: DocumentKind): unknown {
  return z.toJSONSchema(SCHEMAS[kind], { target: 'draft-7' });
}
