import type { ProfileSource } from '../../hardware-profiles/profile-source.ts';

/**
 * The vLLM profile nearest to a version (ties: the older one). Without a version the date decides, which is an assumption
 * and labelled as one: 0.12 up to the end of 2025, 0.24 after it.
 */
export function nearestEngine(
  source: ProfileSource,
  version: string | undefined,
  date: string | undefined,
): { readonly engine: string; readonly assumed: boolean } {
  const match = /(\d+)\.(\d+)/.exec(version ?? '');
  const wanted = match === null ? undefined : Number(match[1]) * 1000 + Number(match[2]);
  const names = source.names('engines').filter((name) => /^vllm-\d/.test(name));
  const number = (name: string): number => {
    const [major = 0, minor = 0] = name.slice('vllm-'.length).split('.').map(Number);
    return major * 1000 + minor;
  };
  const goal = wanted ?? ((date ?? '').slice(0, 4) <= '2025' ? 12 : 24);
  const [engine = 'vllm-0.33'] = names.toSorted(
    (a, b) => Math.abs(number(a) - goal) - Math.abs(number(b) - goal) || number(a) - number(b),
  );
  return { engine, assumed: wanted === undefined };
}
