import type { TraceStats } from '../documents/trace-stats.ts';
import { formatCount, formatShare, threeDigits } from './format.ts';
import { sectionsText, wrap } from './text-layout.ts';

const WIDTH = 80;
const LABEL_WIDTH = 26;
const NUMBER_WIDTH = 12;

/** What there is to know of a trace, for people, 80 columns wide. */
export function renderTraceTable(stats: TraceStats): string {
  const { manifest, prefixReuse, sessions } = stats;
  const row = (label: string, value: string): string => `${label.padEnd(LABEL_WIDTH)}${value}`;
  const lengths = (label: string, { mean, p50, p90, p99, max }: TraceStats['inputTokens']): string =>
    `${label.padEnd(LABEL_WIDTH - NUMBER_WIDTH)}${[mean, p50, p90, p99, max].map((value) => formatCount(value).padStart(NUMBER_WIDTH)).join('')}`;
  const sections = [
    [`${manifest.trace} (${manifest.format})`],
    [
      row('requests', formatCount(stats.requests)),
      row('duration', durationText(stats.durationSeconds)),
      ...(stats.ratePerSecond === undefined
        ? []
        : [row('rate', `${threeDigits(stats.ratePerSecond)} requests/s`)]),
      ...(stats.interarrivalCv === undefined
        ? []
        : [row('interarrival CV', `${threeDigits(stats.interarrivalCv)} (Poisson: 1)`)]),
      row('input tokens', formatCount(stats.inputTokens.sum)),
      row('output tokens', formatCount(stats.outputTokens.sum)),
      ...(sessions === undefined
        ? []
        : [
            row(
              'sessions',
              `${formatCount(sessions.count)}, ${threeDigits(sessions.turnsMean)} turns on average`,
            ),
          ]),
    ],
    [
      `${'per request'.padEnd(LABEL_WIDTH - NUMBER_WIDTH)}${['mean', 'P50', 'P90', 'P99', 'max'].map((name) => name.padStart(NUMBER_WIDTH)).join('')}`,
      lengths('input', stats.inputTokens),
      lengths('output', stats.outputTokens),
    ],
    ...(prefixReuse === undefined
      ? []
      : [
          [
            `share of input tokens that a prefix cache finds (blocks of ${prefixReuse.blockSize} tokens)`,
            row('  infinite', percent(prefixReuse.infiniteCacheHitTokenShare)),
            ...prefixReuse.lru.map(({ capacityTokens, hitTokenShare }) =>
              row(`  LRU, ${formatCount(capacityTokens)} tokens`, percent(hitTokenShare)),
            ),
          ],
        ]),
    stats.warnings.flatMap((text) => wrap(`! ${text}`, WIDTH, '  ')),
  ];
  return sectionsText(sections);
}

/** Two decimals where `formatShare` has one: shares of traces are compared with published ones. */
function percent(share: number): string {
  return formatShare(share).replace(/^[\d.]+/, (share * 100).toFixed(2));
}

function durationText(seconds: number): string {
  if (seconds < 120) return `${threeDigits(seconds)} s`;
  if (seconds < 2 * 3600) return `${threeDigits(seconds / 60)} min`;
  return seconds < 2 * 86_400 ? `${threeDigits(seconds / 3600)} h` : `${threeDigits(seconds / 86_400)} days`;
}
