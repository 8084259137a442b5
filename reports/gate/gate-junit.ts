import { gateFailures } from '../../documents/gate-failures.ts';
import type { GateReport } from '../../documents/gate-report.ts';
import { thresholdValue } from '../threshold-value.ts';
import { failureText } from './gate-answer.ts';
import { comparisonCells, contests, contestTitle, policyText } from './gate-parts.ts';

interface Case {
  readonly name: string;
  readonly failure?: string;
  readonly skipped?: string;
}

interface Suite {
  readonly name: string;
  readonly cases: readonly Case[];
}

/**
 * A gate as JUnit XML: a suite per contest with a case per figure, and one of the thresholds. What is worse fails; what has
 * too little data is skipped. Source: the format that Jenkins and GitLab read (windyroad/JUnit-Schema, JUnit.xsd).
 */
export function renderGateJunit(report: GateReport): string {
  const suites = [...contestSuites(report), ...thresholdSuite(report)];
  const all = suites.flatMap(({ cases }) => cases);
  const counts = (cases: readonly Case[]): string =>
    `tests="${cases.length}" failures="${cases.filter(({ failure }) => failure !== undefined).length}" errors="0" skipped="${cases.filter(({ skipped }) => skipped !== undefined).length}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${escaped(`fleetcast gate: ${report.manifest.scenario}`)}" ${counts(all)}>`,
    ...suites.flatMap(({ name, cases }) => [
      `  <testsuite name="${escaped(name)}" ${counts(cases)}>`,
      ...cases.flatMap((one) => caseLines(name, one)),
      '  </testsuite>',
    ]),
    '</testsuites>',
    '',
  ].join('\n');
}

function contestSuites(report: GateReport): Suite[] {
  const failures = gateFailures(report);
  return contests(report).map((comparisons): Suite => {
    const [first] = comparisons;
    const broken = failures.find(
      (failure) =>
        failure.kind === 'unstable' &&
        failure.policy.policy === first?.candidate &&
        failure.policy.fixture === first.fixture,
    );
    return {
      name: contestTitle(comparisons),
      cases: [
        { name: 'keeps up', ...(broken !== undefined && { failure: failureText(broken) }) },
        ...comparisons.map((comparison): Case => {
          const { title, change, interval } = comparisonCells(comparison);
          const { verdict } = comparison;
          const found = `${verdict}: ${change}${interval === '' ? '' : `, 95 % interval ${interval}`}`;
          return {
            name: title,
            ...(verdict === 'worse' && { failure: found }),
            ...(verdict === 'too little data' && { skipped: verdict }),
          };
        }),
      ],
    };
  });
}

function thresholdSuite({ thresholds }: GateReport): Suite[] {
  if (thresholds.length === 0) return [];
  return [
    {
      name: 'thresholds',
      cases: thresholds.map((result): Case => {
        const { expression, ok } = result;
        return {
          name: `${policyText(result)}: ${expression}`,
          ...(!ok && { failure: `${expression} does not hold: ${thresholdValue(result)}` }),
        };
      }),
    },
  ];
}

function caseLines(suite: string, { name, failure, skipped }: Case): string[] {
  const start = `    <testcase classname="${escaped(suite)}" name="${escaped(name)}" time="0"`;
  if (failure !== undefined)
    return [`${start}>`, `      <failure message="${escaped(failure)}"/>`, '    </testcase>'];
  if (skipped !== undefined)
    return [`${start}>`, `      <skipped message="${escaped(skipped)}"/>`, '    </testcase>'];
  return [`${start}/>`];
}

/** XML 1.0 also forbids most control characters, even as references. */
function escaped(text: string): string {
  return text
    .replaceAll(/(?![\t\n\r])\p{Cc}/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll(/[\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}
