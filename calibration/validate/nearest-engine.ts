import type { ProfileSource } from '../../hardware-profiles/profile-source.ts';

/**
 * Why a version of vLLM is not one of those that are modelled; undefined when it is, or is not known. V1 became the default
 * engine with 0.8.0 (its release notes); before, another scheduler ran: prefills stopped decodes, chunks were off.
 */
export function olderEngine(version: string | undefined): string | undefined {
  const match = /^v?0\.(\d+)(?:\.|$)/.exec(version?.trim() ?? '');
  return match !== null && Number(match[1]) < 8
    ? `vLLM ${version?.trim()} ran the V0 engine; V1 is what is modelled`
    : undefined;
}

/**
 * The vLLM profile nearest to a version (ties: the older one). Without a version the date decides, which is an assumption
 * and labelled as one.
 */
export function nearestEngine(
  source: ProfileSource,
  version: string | undefined,
  date: string | undefined,
): { readonly engine: string; readonly assumed: boolean } {
  // Reports say "not stated (image llm-d-cuda:v0.6.0)": a number inside is another product's.
  const match = /^v?(\d+)\.(\d+)/.exec(version?.trim() ?? '');
  const wanted = match === null ? undefined : Number(match[1]) * 1000 + Number(match[2]);
  const names = source.names('engines').filter((name) => /^vllm-\d/.test(name));
  const number = (name: string): number => {
    const [major = 0, minor = 0] = name.slice('vllm-'.length).split('.').map(Number);
    return major * 1000 + minor;
  };
  const goal = wanted ?? minorAt(date ?? '');
  const [engine = 'vllm-0.33'] = names.toSorted(
    (a, b) => Math.abs(number(a) - goal) - Math.abs(number(b) - goal) || number(a) - number(b),
  );
  return { engine, assumed: wanted === undefined };
}

/**
 * Months from which on a minor version of 0.x was the current one: the dates at which dated rows of the serving points name it
 * (0.12 to 0.19), and those of the reports that name 0.23 and 0.27 (llm-d guides).
 */
const SINCE: readonly (readonly [month: string, minor: number])[] = [
  ['2026-01', 14],
  ['2026-03', 17],
  ['2026-04', 19],
  ['2026-05', 21],
  ['2026-06', 23],
  ['2026-07', 26],
  ['2026-08', 28],
  ['2026-11', 33],
];

/** A date without a month is taken for the middle of its year. */
function minorAt(date: string): number {
  const month = /^\d{4}-\d\d/.exec(date)?.[0] ?? `${date.slice(0, 4)}-06`;
  return SINCE.findLast(([since]) => since <= month)?.[1] ?? 12;
}
