import { partOf, TTFT_PARTS, type RequestTable, type TtftPart } from '../../documents/request-table.ts';
import type { RunRecord } from '../../documents/run-record.ts';
import { formatSeconds, formatShare } from '../format.ts';
import type { PolicyFigures } from '../policy-figures.ts';
import { FIT_WIDTH, SECONDS_LABEL, type Chart } from './chart.ts';
import { PART_COLORS } from './palette.ts';

/** What the parts are called. */
export const PART_NAMES: Readonly<Record<TtftPart, string>> = {
  retry: 'earlier attempts',
  gatewayQueue: 'gateway queue',
  gatewayDecision: 'routing decision',
  ingest: 'server ingest',
  engineQueue: 'server queue',
  prefill: 'prefill',
  output: 'output path',
};

/**
 * Where the time to first token goes: the mean of each of its parts, over all completed requests and over the tenth with
 * the longest TTFT. Unstable policies are left out. `parts`: those that anything is left of.
 */
export function ttftPartsCharts(
  policies: readonly PolicyFigures[],
  records: readonly RunRecord[],
): { charts: Chart[]; parts: TtftPart[] } {
  const steady = policies.filter(({ verdict }) => verdict !== 'unstable');
  const groups = [
    { id: 'parts-all', who: 'all completed requests', share: 1 },
    { id: 'parts-slow', who: 'the tenth with the longest TTFT', share: 0.1 },
  ].map((group) => ({
    ...group,
    bars: steady.flatMap(({ name }) =>
      barsOf(
        records.filter(({ entry }) => entry.policy === name),
        name,
        group.share,
      ),
    ),
  }));
  const parts = TTFT_PARTS.filter((part) =>
    groups.some(({ bars }) => bars.some((bar) => bar.part === part && bar.seconds > 0.001 * bar.total)),
  );
  const charts = groups.flatMap(({ id, who, bars }): Chart[] => {
    if (bars.length === 0) return [];
    return [
      {
        id,
        description: `Mean parts of TTFT over ${who}. ${bars
          .filter(({ part }) => parts.includes(part))
          .map(({ text }) => text)
          .join('. ')}`,
        renderer: 'svg',
        spec: {
          width: 'container',
          autosize: FIT_WIDTH,
          height: 34 * steady.length,
          data: { values: bars.filter(({ part }) => parts.includes(part)) },
          mark: { type: 'bar', height: 20 },
          encoding: {
            y: {
              field: 'policy',
              type: 'nominal',
              sort: null,
              title: null,
              axis: { ticks: false, domain: false },
            },
            x: {
              field: 'seconds',
              type: 'quantitative',
              stack: 'zero',
              title: null,
              axis: { labelExpr: SECONDS_LABEL, tickCount: 5, domain: false },
            },
            color: {
              field: 'part',
              legend: null,
              scale: { domain: parts, range: parts.map((part) => PART_COLORS[part] ?? '#7b8494') },
            },
            order: { field: 'order' },
            tooltip: { field: 'text', type: 'nominal' },
          },
        },
      },
    ];
  });
  return { charts, parts };
}

interface Bar {
  readonly policy: string;
  readonly part: TtftPart;
  readonly order: number;
  readonly seconds: number;
  readonly total: number;
  readonly text: string;
}

/** Mean parts over the `share` of the requests with the longest TTFT. */
function barsOf(records: readonly RunRecord[], policy: string, share: number): Bar[] {
  const rows = records.flatMap(({ requests }) => rowsWithTtft(requests));
  const chosen = rows.sort((a, b) => b.ttft - a.ttft).slice(0, Math.ceil(rows.length * share));
  if (chosen.length === 0) return [];
  const mean = (value: (of: (typeof chosen)[number]) => number): number =>
    chosen.reduce((sum, of) => sum + value(of), 0) / chosen.length;
  const total = mean(({ ttft }) => ttft);
  return TTFT_PARTS.map((part, order) => {
    const seconds = mean(({ requests, row }) => partOf(requests, part, row));
    return {
      policy,
      part,
      order,
      seconds: Number(seconds.toPrecision(4)),
      total,
      text: `${policy}: ${PART_NAMES[part]} ${formatSeconds(seconds)}, ${formatShare(total > 0 ? seconds / total : 0)} of ${formatSeconds(total)}`,
    };
  });
}

interface RowWithTtft {
  readonly requests: RequestTable;
  readonly row: number;
  readonly ttft: number;
}

function rowsWithTtft(requests: RequestTable): RowWithTtft[] {
  const rows: RowWithTtft[] = [];
  for (let row = 0; row < requests.rows; row++) {
    const ttft = requests.ttft[row] ?? NaN;
    if (requests.counted[row] === 1 && !Number.isNaN(ttft)) rows.push({ requests, row, ttft });
  }
  return rows;
}
