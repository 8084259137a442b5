import { plan as planSchema, type Plan } from '../../documents/plan.ts';
import { plural } from '../format.ts';
import { html, typeset, type Markup } from './markup.ts';
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
  const labelled = [{ policy: plan.best?.policy ?? '', labels: plan.labels }] as Parameters<
    typeof trustSection
  >[0]['runs'];
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
  const colon = answer.sentence.indexOf(': ');
  const headline = colon < 0 ? answer.sentence : `${answer.sentence.slice(0, colon)}.`;
  const rest = colon < 0 ? '' : answer.sentence.slice(colon + 2);
  return html`<section class="answer" aria-label="Answer">
    <p class="kicker">
      ${plural(effort.runs, 'run')}, ${effort.shortened} of them cut short, of up to
      ${plural(demand.requests, 'request')}
    </p>
    <h1>${typeset(headline)}</h1>
    ${rest === '' ? undefined : html`<p class="because">${typeset(rest)}</p>`}
    ${answer.next === undefined ? undefined : html`<p class="next"><b>Next:</b> ${typeset(answer.next)}.</p>`}
    <p class="doubt">A simulation, not a measurement. <a href="#labels">What weakens it</a> stands below.</p>
  </section>`;
}
