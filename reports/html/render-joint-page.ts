import { jointPlan, type JointPlan } from '../../documents/joint-plan.ts';
import { formatShare, plural } from '../format.ts';
import { amountText, limitName } from '../plan/joint-answer.ts';
import { poolsText, priceText } from '../plan/plan-words.ts';
import { answerMarkup, headlineOf } from './answer-markup.ts';
import { dataTable } from './data-table.ts';
import { html, typeset, type Markup } from './markup.ts';
import { renderShell, withoutScripts, type PageScripts } from './page-shell.ts';
import { planSections } from './plan-sections.ts';
import { reproduceSection } from './reproduce-section.ts';
import { trustSection } from './trust-section.ts';

export interface JointPageInput {
  readonly plan: JointPlan;
  /** The resolved scenarios as YAML. */
  readonly scenario: string;
  /** The command that gives this page again. */
  readonly command: string;
  readonly scripts: PageScripts;
}

/** A plan for several models as one self-contained page: all of them, then each with the sections of its own plan. */
export function renderJointPage({ plan, scenario, command, scripts }: JointPageInput): string {
  const each = plan.models.flatMap(({ name, plan: one }, k) =>
    one === undefined ? [] : [planSections(one, `-${k + 1}`, `: ${name}`)],
  );
  const labels = [
    { policy: 'all', labels: plan.labels },
    ...plan.models.map(({ name, plan: one }) => ({ policy: name, labels: one?.labels ?? [] })),
  ];
  const main = html`${answerSection(plan)} ${withoutScripts()} ${modelsSection(plan)} ${limitsSection(plan)}
  ${each.map((one) => one.main)} ${trustSection({ runs: labels })}
  ${reproduceSection(plan.manifest, command, scenario)}`;
  return renderShell({
    manifest: plan.manifest,
    sentence: plan.answer.sentence,
    main,
    document: jointPlan.parse(plan),
    charts: each.flatMap(({ charts }) => charts),
    scripts,
  });
}

function answerSection({ answer, effort, models }: JointPlan): Markup {
  const kicker = `${plural(models.length, 'model')} on shared GPUs; ${plural(effort.runs, 'run')}`;
  return answerMarkup({ kicker, ...headlineOf(answer.sentence), next: answer.next });
}

function modelsSection({ models, total, feasible }: JointPlan): Markup {
  const rows = models.map(({ name, alone, plan }) => {
    const fleet = feasible ? plan?.best : alone;
    const attainment = feasible ? plan?.best?.forecast?.goodput?.attainment : undefined;
    return [
      name,
      ...[
        fleet === undefined ? 'none' : `${poolsText(fleet.pools)} under ${fleet.policy}`,
        fleet === undefined ? '–' : String(fleet.gpus),
        (fleet && priceText(fleet)) || '–',
        attainment === undefined ? '–' : formatShare(attainment),
        alone === undefined ? '–' : `${poolsText(alone.pools)}, ${priceText(alone)}`,
      ].map(typeset),
    ];
  });
  const sum = total === undefined ? [] : [['all', '', String(total.gpus), priceText(total), '', '']];
  const title = feasible ? 'The fleets' : 'The cheapest fleet of each model alone';
  return html`<section aria-labelledby="glance">
    <h2 id="glance">${title}</h2>
    ${dataTable(title, ['model', 'fleet', 'GPUs', 'cost', 'attainment', 'alone'], [...rows, ...sum], 'reasons')}
  </section>`;
}

function limitsSection({ limits }: JointPlan): Markup {
  return html`<section aria-labelledby="limits">
    <h2 id="limits">What they share</h2>
    ${dataTable(
      'What the models share',
      ['', 'most', 'taken', 'by the cheapest of each alone', ''],
      limits.map((limit) => [
        limitName(limit),
        ...[limit.most, limit.used, limit.usedAlone].map((value) =>
          typeset(value === undefined ? '–' : amountText(limit, value)),
        ),
        limit.short ? 'too little' : '',
      ]),
    )}
  </section>`;
}
