import { invariant } from '../base/invariant.ts';
import { calibrationReport, type CalibrationReport } from '../documents/calibration-report.ts';
import { gateReport, type GateReport } from '../documents/gate-report.ts';
import { jointPlan, type JointPlan } from '../documents/joint-plan.ts';
import { plan, type Plan } from '../documents/plan.ts';
import { runReport, type RunReport } from '../documents/run-report.ts';
import { sweepReport, type SweepReport } from '../documents/sweep-report.ts';
import { validationReport, type ValidationReport } from '../documents/validation-report.ts';

/**
 * A run as JSON text: keys in the order of the schema, two spaces, a line end. Equal reports give equal bytes, however
 * they were put together. Throws ZodError for what is no run report, InvariantError for a number that JSON cannot hold.
 */
export function renderRunJson(report: RunReport): string {
  return renderJson(runReport.parse(report));
}

/** A sweep as JSON text, as `renderRunJson` writes a run. Throws ZodError for what is no sweep report. */
export function renderSweepJson(report: SweepReport): string {
  return renderJson(sweepReport.parse(report));
}

/** Forecasts against measurements as JSON text. Throws ZodError for what is no validation report. */
export function renderValidationJson(report: ValidationReport): string {
  return renderJson(validationReport.parse(report));
}

/** A calibration as JSON text. Throws ZodError for what is no calibration report. */
export function renderCalibrationJson(report: CalibrationReport): string {
  return renderJson(calibrationReport.parse(report));
}

/** A plan as JSON text, as `renderRunJson` writes a run. Throws ZodError for what is no plan. */
export function renderPlanJson(document: Plan): string {
  return renderJson(plan.parse(document));
}

/** A plan for several models as JSON text, as `renderRunJson` writes a run. Throws ZodError for what is no such plan. */
export function renderJointPlanJson(document: JointPlan): string {
  return renderJson(jointPlan.parse(document));
}

/** A gate's verdict as JSON text, as `renderRunJson` writes a run. Throws ZodError for what is no gate report. */
export function renderGateJson(report: GateReport): string {
  return renderJson(gateReport.parse(report));
}

/** A document as JSON text, keys in the order given. Throws InvariantError for NaN and infinities, which become null. */
export function renderJson(document: unknown): string {
  return `${JSON.stringify(document, refuseUnwritable, 2)}\n`;
}

function refuseUnwritable(key: string, value: unknown): unknown {
  invariant(typeof value !== 'number' || Number.isFinite(value), 'figures of a document are finite', {
    key,
    value,
  });
  return value;
}
