import type { LoadBin } from '../../documents/validation-report.ts';

/** Bins of the load factor: near the knee a step that is 5 % off makes TTFT 100 % and more wrong. */
export function loadBinOf(loadFactor: number): LoadBin {
  if (loadFactor < 0.7) return 'steady';
  return loadFactor <= 0.85 ? 'loaded' : 'knee';
}
