import { didYouMean } from '../base/nearest.ts';
import { parseQuantity, unitsOf } from '../base/quantity.ts';

/** A promise on a figure of a run: `ttft p(90) <= 2s`, `e2e{class:chat} mean < baseline * 1.05`. */
export interface Threshold {
  /** As written, one space apart. */
  readonly expression: string;
  /** Dotted path in a run entry: of a distribution (`ttft`), or of a number (`goodput.attainment`). */
  readonly metric: string;
  readonly class: string | undefined;
  /** A percentile as a share (0.9), or one of the words. */
  readonly statistic: number | 'mean' | 'max' | 'value';
  readonly operator: '<' | '<=' | '>' | '>=';
  readonly limit: { readonly value: number } | { readonly timesBaseline: number };
}

/** What is wrong with a threshold; the caller knows file and line. */
export interface ThresholdMistake {
  readonly message: string;
  readonly hint: string;
}

/**
 * Reads one expression (`p(90) <= 2s`) of a metric (`ttft{class:chat}`). Metrics are paths in a run entry, in camel case
 * or snake case; times need a unit, shares may be written in %.
 */
export function parseThreshold(subject: string, expression: string): Threshold | ThresholdMistake {
  const [, written = '', className] =
    /^([\w.]+)\s*(?:\{\s*class\s*:\s*([^{}]+?)\s*\})?$/.exec(subject.trim()) ?? [];
  const metric = written.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const kind = METRIC_KINDS.get(metric);
  if (kind === undefined) {
    const known = [...METRIC_KINDS.keys()];
    return {
      message: `${subject} is not a metric that a threshold can name`,
      hint: didYouMean(metric, known) ?? `METRIC or METRIC{class:NAME}, METRIC one of ${known.join(', ')}`,
    };
  }
  if (className !== undefined && !BY_CLASS.test(metric)) {
    return { message: `${metric} is not known by class`, hint: `write ${metric} without {class:…}` };
  }
  const parts = EXPRESSION.exec(expression.trim());
  const statistic = parts === null ? undefined : statisticOf(parts[1] ?? '');
  if (parts === null || statistic === undefined) {
    return {
      message: `"${expression}" is not a threshold`,
      hint: 'write "p(90) <= 2s" or "mean < baseline * 1.05"',
    };
  }
  if ((statistic === 'value') !== (kind !== 'distribution')) {
    return {
      message: `${metric} has no ${parts[1]}`,
      hint: kind === 'distribution' ? 'use p(N), mean or max' : 'use value',
    };
  }
  if (metric === 'itl' && typeof statistic === 'number' && ![0.5, 0.9, 0.95, 0.99].includes(statistic)) {
    return { message: `itl has no ${parts[1]}`, hint: 'use p(50), p(90), p(95) or p(99)' };
  }
  const limit = limitOf(parts[3] ?? '', kind);
  if (limit === undefined) {
    return {
      message: `"${parts[3]}" is not a limit for ${metric}`,
      hint: `${LIMIT_HINTS[kind]}, or baseline * X`,
    };
  }
  return {
    expression: `${subject.trim()} ${parts[1]} ${parts[2]} ${parts[3]?.replaceAll(/\s+/g, ' ')}`,
    metric,
    class: className,
    statistic,
    operator: (parts[2] ?? '<=') as Threshold['operator'],
    limit,
  };
}

type Kind = 'distribution' | 'share' | 'number';

const METRIC_KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['ttft', 'distribution'],
  ['tpot', 'distribution'],
  ['itl', 'distribution'],
  ['e2e', 'distribution'],
  ['queueTime', 'distribution'],
  ['gatewayQueueTime', 'distribution'],
  ['throughput.requestsPerSecond', 'number'],
  ['throughput.inputTokensPerSecond', 'number'],
  ['throughput.outputTokensPerSecond', 'number'],
  ['goodput.requestsPerSecond', 'number'],
  ['goodput.attainment', 'share'],
  ['prefixCache.hitRate', 'share'],
  ['requests.rejected', 'number'],
  ['requests.failed', 'number'],
  ['requests.timedOut', 'number'],
  ['requests.unfinished', 'number'],
  ['preemptions', 'number'],
  ['cost.usdPerHour', 'number'],
  ['cost.usdPerMillionInputTokens', 'number'],
  ['cost.usdPerMillionOutputTokens', 'number'],
]);

const BY_CLASS =
  /^(ttft|tpot|e2e|queueTime|gatewayQueueTime|throughput\..*|goodput\..*|prefixCache\..*|requests\..*)$/;

const EXPRESSION = /^(p\(\d+(?:\.\d+)?\)|mean|max|value)\s*(<=|>=|<|>)\s*(\S.*)$/;

const LIMIT_HINTS: Readonly<Record<Kind, string>> = {
  distribution: `write a time with its unit (${unitsOf('seconds')})`,
  share: 'write 0.9 or 90%',
  number: 'write a number',
};

function statisticOf(text: string): Threshold['statistic'] | undefined {
  if (text === 'mean' || text === 'max' || text === 'value') return text;
  const percent = Number(text.slice(2, -1));
  return percent <= 100 ? percent / 100 : undefined;
}

function limitOf(text: string, kind: Kind): Threshold['limit'] | undefined {
  const relative = /^baseline(?:\s*\*\s*([\d.]+))?$/.exec(text);
  const number = (digits: string): number | undefined =>
    /^\d+\.?\d*$|^\.\d+$/.test(digits) ? Number(digits) : undefined;
  if (relative !== null) {
    const factor = number(relative[1] ?? '1');
    return factor === undefined ? undefined : { timesBaseline: factor };
  }
  const percent = kind === 'share' && text.endsWith('%') ? number(text.slice(0, -1).trim()) : undefined;
  const value =
    kind === 'distribution'
      ? parseQuantity(text, 'seconds')
      : percent === undefined
        ? number(text)
        : percent / 100;
  return value === undefined ? undefined : { value };
}
