import type {
  ValidationCell,
  ValidationReport,
  ValidationSummary,
} from '../../documents/validation-report.ts';
import { formatMetric, threeDigits } from '../format.ts';
import { metricName, reasonsOf, signedPercent } from '../validation/validation-words.ts';
import { html, type Markup } from './markup.ts';
import { SCORE_TITLES, scoreCells, scoreTable } from './validation-table-parts.ts';

/** Errors over all models and GPUs, then of each pair. */
export function scoresSection({ summary }: ValidationReport): Markup {
  const overall = summary.filter(({ model }) => model === undefined);
  const titles = [
    ...new Set(
      summary.flatMap(({ model, hardware }) => (model === undefined ? [] : `${model} on ${hardware}`)),
    ),
  ];
  return html`<section aria-labelledby="figures">
    <h2 id="figures">All errors</h2>
    ${(['documented', 'unknown'] as const).map((client) => {
      const rows = overall.filter((row) => row.client === client);
      const title = `All models and GPUs, client ${client}`;
      return rows.length === 0
        ? undefined
        : html`<h3>${title}</h3>
            ${summaryTable(title, rows)}`;
    })}
    ${titles.map(
      (title) =>
        html`<details>
          <summary>${title}</summary>
          ${summaryTable(
            title,
            summary.filter(({ model, hardware }) => `${model} on ${hardware}` === title),
          )}
        </details>`,
    )}
  </section>`;
}

const WORST = 25;

/** The rows that are furthest off, below the knee and at it. */
export function worstSection({ cells }: ValidationReport): Markup | undefined {
  if (cells.length === 0) return undefined;
  const ratio = ({ predicted, measured }: ValidationCell): number =>
    predicted > 0 ? Math.max(predicted / measured, measured / predicted) : Infinity;
  const worst = (own: readonly ValidationCell[]): readonly ValidationCell[] =>
    own.toSorted((a, b) => ratio(b) - ratio(a)).slice(0, WORST);
  const parts = [
    { title: 'Steady and loaded', own: worst(cells.filter(({ bin }) => bin !== 'knee')) },
    { title: 'Near the knee', own: worst(cells.filter(({ bin }) => bin === 'knee')) },
  ];
  return html`<section aria-labelledby="worst">
    <h2 id="worst">The worst rows</h2>
    ${parts.map(({ title, own }) =>
      own.length === 0
        ? undefined
        : html`<h3>${title}</h3>
            ${scoreTable(
              title,
              [
                'measurement',
                'model on GPU',
                'metric',
                'measured',
                'predicted',
                'error',
                'load factor',
                'split',
              ],
              own.map((cell) => [
                cell.id,
                `${cell.model} on ${cell.hardware}`,
                metricName(cell.metric),
                formatMetric(cell.measured, cell.unit),
                formatMetric(cell.predicted, cell.unit),
                signedPercent(cell.error),
                cell.loadFactor === undefined ? '-' : threeDigits(cell.loadFactor),
                cell.split,
              ]),
              'wide',
            )}`,
    )}
  </section>`;
}

/** Everything that was found and not scored, with its reason. */
export function notScoredSection(report: ValidationReport): Markup | undefined {
  if (report.notScored.length === 0) return undefined;
  return html`<section aria-labelledby="not-scored">
    <h2 id="not-scored">Not scored</h2>
    ${reasonsOf(report).map(
      ({ reason, ids }) =>
        html`<details>
          <summary>${ids.length} × ${reason}</summary>
          <p>${ids.join(', ')}</p>
        </details>`,
    )}
  </section>`;
}

function summaryTable(title: string, rows: readonly ValidationSummary[]): Markup {
  return scoreTable(
    title,
    ['metric', 'class', 'load', 'split', ...SCORE_TITLES],
    rows.map((row) => [metricName(row.metric), row.class, row.bin ?? '-', row.split, ...scoreCells(row)]),
  );
}
