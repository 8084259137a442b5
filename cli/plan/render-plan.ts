import type { Plan } from '../../documents/plan.ts';
import { renderPlanPage } from '../../reports/html/render-plan-page.ts';
import { renderPlanJson } from '../../reports/json.ts';
import { renderPlanTable } from '../../reports/plan/plan-table.ts';
import { pageScripts } from '../run/page-scripts.ts';

/** What a plan can be printed as; manifests go into a folder. */
export const PLAN_FORMATS = ['table', 'json', 'html', 'manifests'] as const;

export type PlanFormat = (typeof PLAN_FORMATS)[number];

export interface PlanOutput {
  readonly plan: Plan;
  /** The resolved scenario as YAML. */
  readonly scenario: string;
  /** The command that gives this plan again. */
  readonly command: string;
}

/** A plan in one format, in pieces. */
export function renderPlan(
  { plan, scenario, command }: PlanOutput,
  format: Exclude<PlanFormat, 'manifests'>,
  color: boolean,
): Iterable<string> {
  switch (format) {
    case 'table':
      return [renderPlanTable(plan, { color })];
    case 'json':
      return [renderPlanJson(plan)];
    case 'html':
      return [renderPlanPage({ plan, scenario, command, scripts: pageScripts() })];
  }
}
