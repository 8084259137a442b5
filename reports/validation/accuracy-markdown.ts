import type { ModelError } from '../../documents/model-error.ts';
import { percent, pairsText, signedPercent } from './validation-words.ts';

/** The errors as Markdown: goals, every pair of model and GPU (the worst first), knees, orders, and what was not scored. */
export function renderAccuracyMarkdown(errors: ModelError): string {
  const { goals, pairs, knees, orders, notScored } = errors;
  const left = notScored.reduce((sum, { count }) => sum + count, 0);
  return [
    table(
      [
        '',
        'client',
        'split',
        'n',
        'pairs',
        'bias',
        'median',
        'mean',
        'worst',
        'noise',
        'goal (median / mean)',
        '',
      ],
      goals.map((goal) => [
        goal.title,
        goal.client,
        goal.split,
        String(goal.count),
        pairsText(goal),
        signedPercent(goal.meanError),
        percent(goal.medianAbsoluteError),
        percent(goal.meanAbsoluteError),
        signedPercent(goal.worst),
        goal.noise === undefined ? '-' : percent(goal.noise),
        `${percent(goal.medianGoal)} / ${percent(goal.meanGoal)}`,
        goal.met ? 'met' : 'missed',
      ]),
    ),
    'Every pair, the worst TPOT first, below the knee and at it (where a series has one point, it is its knee); median / mean of absolute errors, then the worst error:',
    table(
      ['model', 'GPU', 'weights', 'split', 'load', 'n', 'TPOT', 'worst', 'E2E', 'worst', 'TTFT', 'worst'],
      pairs.map(({ model, hardware, precision, split, knee, errors: own }) => [
        model,
        hardware,
        precision,
        split,
        knee ? 'knee' : 'below',
        String(Math.max(...own.map(({ count }) => count))),
        ...['tpot.mean', 'e2e.mean', 'ttft.mean'].flatMap((metric) => {
          const error = own.find((one) => one.metric === metric);
          return error === undefined
            ? ['-', '-']
            : [
                `${percent(error.medianAbsoluteError)} / ${percent(error.meanAbsoluteError)}`,
                signedPercent(error.worst),
              ];
        }),
      ]),
    ),
    `Knees: ${knees.near} of ${knees.count} within one point of their series. Orders of policies in published fleets: ${orders.right} of ${orders.count} right.`,
    `Not scored: ${left} measurements.`,
    notScored.map(({ reason, count }) => `- ${count} × ${reason}`).join('\n'),
  ]
    .map((part) => `${part}\n`)
    .join('\n');
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = titles.map((title, k) =>
    Math.max(3, title.length, ...rows.map((row) => (row[k] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, k) => cell.padEnd(widths[k] ?? 0)).join(' | ')} |`;
  return [
    line(titles),
    `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`,
    ...rows.map(line),
  ].join('\n');
}
