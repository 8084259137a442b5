import { plan as planSchema, type Plan } from '../../documents/plan.ts';
import { plural } from '../format.ts';
import { answerMarkup, headlineOf } from './answer-markup.ts';
import { html, type Markup } from './markup.ts';
import { renderShell, withoutScripts, type PageScripts } from './page-shell.ts';
import { planSections } from './plan-sections.ts';
import { reproduceSection } from './reproduce-section.ts';
import { trustSection } from './trust-section.ts';

export interface PlanPageInput {
  readonly plan: Plan;
  /** The resolved scenario as YAML. */
  readonly scenario: string;
  /** The command that gives this page again. */
  readonly command: string;
  readonly scripts: PageScripts;
}

/** A plan as one self-contained page for people, in the look of a run's page. Equal input gives equal bytes. */
export function renderPlanPage({ plan, scenario, command, scripts }: PlanPageInput): string {
  const { main: sections, charts } = planSections(plan);
  const labelled = [{ policy: plan.best?.policy ?? '', labels: plan.labels }];
  const main = html`${answerSection(plan)} ${withoutScripts()} ${sections} ${trustSection({ runs: labelled })}
  ${reproduceSection(plan.manifest, command, scenario)}`;
  return renderShell({
    manifest: plan.manifest,
    sentence: plan.answer.sentence,
    main,
    document: planSchema.parse(plan),
    charts,
    scripts,
  });
}

function answerSection({ answer, effort, demand }: Plan): Markup {
  const kicker = `${plural(effort.runs, 'run')}, ${effort.shortened} of them cut short, of up to ${plural(demand.requests, 'request')}`;
  return answerMarkup({ kicker, ...headlineOf(answer.sentence), next: answer.next });
}
