import type { GateReport } from '../../documents/gate-report.ts';
import { answerLine } from '../answer-line.ts';
import { thresholdValue } from '../threshold-value.ts';
import {
  changedText,
  comparisonCells,
  contests,
  contestTitle,
  decisionsText,
  methodText,
  policyText,
} from './gate-parts.ts';

const MARKS = { better: '🟢', worse: '🔴', 'too close to call': '⚪', 'too little data': '⚪' } as const;

/** A gate for the comment of a pull request or the summary of a job: headings from the third level on, details folded. */
export function renderGateMarkdown(report: GateReport): string {
  const { manifest, verdict, answer, thresholds, decisions, labels } = report;
  const blocks = [
    `### ${verdict === 'pass' ? '✅' : '❌'} fleetcast gate: ${escaped(manifest.scenario)}`,
    escaped(answerLine(answer)),
    ...contests(report).map((comparisons) =>
      [
        `| ${escaped(contestTitle(comparisons))} | baseline | candidate | change | 95 % interval | verdict |`,
        '| :-- | --: | --: | --: | --: | :-- |',
        ...comparisons.map((one) => {
          const { title, baseline, candidate, change, interval } = comparisonCells(one);
          return `| ${escaped(title)} | ${baseline} | ${candidate} | ${change} | ${interval} | ${MARKS[one.verdict]} ${one.verdict} |`;
        }),
      ].join('\n'),
    ),
    thresholds
      .map((result) => {
        return `- ${result.ok ? '✅' : '❌'} \`${result.expression}\`: ${thresholdValue(result)} (${escaped(policyText(result))})`;
      })
      .join('\n'),
    ...decisions.map((one) =>
      folded(
        escaped(decisionsText(one)),
        one.first.map((changed) => `- ${escaped(changedText(changed))}`),
      ),
    ),
    folded('How this was found out', [
      escaped(`${methodText(report)}.`),
      '',
      ...labels.map(({ code, text }) => `- ${escaped(`${code}: ${text}`)}`),
    ]),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function folded(summary: string, lines: readonly string[]): string {
  return ['<details>', `<summary>${summary}</summary>`, '', ...lines, '', '</details>'].join('\n');
}

/** Names that users give may hold what Markdown or HTML would take for its own. */
function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\`*_[\]|]/g, (character) => `\\${character}`);
}
