import type { Plan } from '../../documents/plan.ts';
import { renderPlanJson } from '../../reports/json.ts';
import { renderPlanTable } from '../../reports/plan/plan-table.ts';

/** What a plan can be printed as. */
export const PLAN_FORMATS = ['table', 'json'] as const;

export type PlanFormat = (typeof PLAN_FORMATS)[number];

/** A plan in one format, in pieces. */
export function renderPlan(plan: Plan, format: PlanFormat, color: boolean): Iterable<string> {
  switch (format) {
    case 'table':
      return [renderPlanTable(plan, { color })];
    case 'json':
      return [renderPlanJson(plan)];
  }
}
