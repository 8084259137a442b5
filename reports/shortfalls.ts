import { formatCount, formatShare, listed, plural } from './format.ts';
import type { PolicyFigures } from './policy-figures.ts';

/** Who meets the SLO, where there is one. */
export function sloClause(policies: readonly PolicyFigures[]): string[] {
  const judged = policies.filter(({ entries }) =>
    entries.every(({ goodput }) => goodput?.meetsSlo !== undefined),
  );
  if (judged.length === 0) return [];
  const meeting = judged.filter(({ entries }) => entries.every(({ goodput }) => goodput?.meetsSlo === true));
  if (judged.length === 1) return [meeting.length === 1 ? 'it meets the SLO' : 'it misses the SLO'];
  if (meeting.length === 0) return [judged.length === 2 ? 'neither meets the SLO' : 'none meets the SLO'];
  if (meeting.length === judged.length)
    return [judged.length === 2 ? 'both meet the SLO' : 'all meet the SLO'];
  return [
    meeting.length === 1
      ? `only ${meeting[0]?.name} meets the SLO`
      : `${listed(meeting.map(({ name }) => name))} meet the SLO`,
  ];
}

/** From this share of lost requests on, a fleet serves a part of the load only. A choice of words, not a measurement. */
const NOTABLE_LOSS = 0.1;

/** Share of the offered requests that were rejected, failed or timed out, where it is worth a word. */
export function lostShare({ entries }: PolicyFigures): number | undefined {
  const sum = (count: (requests: PolicyFigures['entries'][number]['requests']) => number): number =>
    entries.reduce((total, { requests }) => total + count(requests), 0);
  const lost = sum(({ rejected, failed, timedOut }) => rejected + failed + timedOut);
  const share =
    lost /
    Math.max(
      1,
      sum(({ offered }) => offered),
    );
  return share >= NOTABLE_LOSS ? share : undefined;
}

/** Requests that never completed and so enter no latency; rejected ones with their share of the input tokens. */
export function incomplete(policies: readonly PolicyFigures[]): string[] {
  return FATES.flatMap(([key, verb]) => {
    const texts = policies.map(({ entries }) => {
      const count = entries.reduce((sum, { requests }) => sum + requests[key], 0);
      const offered = entries.reduce((sum, { requests }) => sum + requests.offered, 0);
      if (count === 0) return '';
      const shares = entries.map(({ rejectedInputTokenShare }) => rejectedInputTokenShare ?? 0);
      const share = shares.reduce((a, b) => a + b, 0) / shares.length;
      return `${formatCount(count)} of ${plural(offered, 'request')}${key === 'rejected' ? ` (${formatShare(share)} of the input tokens)` : ''}`;
    });
    const [first = ''] = texts;
    if (texts.every((text) => text === '')) return [];
    if (texts.every((text) => text === first))
      return [`${first} ${verb}${policies.length > 1 ? ' under every policy' : ''}`];
    return texts.flatMap((text, position) =>
      text === '' ? [] : [`${text} ${verb} under ${policies[position]?.name}`],
    );
  });
}

const FATES = [
  ['rejected', 'were rejected'],
  ['failed', 'failed'],
  ['timedOut', 'timed out'],
  ['unfinished', 'were left unfinished'],
] as const;
