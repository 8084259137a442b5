/**
 * Colours of the policies, in their order: the baseline grey. Each has a contrast of at least 3:1 (WCAG 1.4.11) on the
 * light and on the dark paper, so that one drawing serves both; lines differ in their dashes as well.
 */
export function policyColor(position: number): string {
  return COLORS[position % COLORS.length] ?? '#7b8494';
}

/** Dash pattern of a policy's line, in pixels; [] = solid. */
export function policyDash(position: number): readonly number[] {
  return DASHES[position % DASHES.length] ?? [];
}

/** Colours of the parts of TTFT: waiting in warm colours, working in cold ones. */
export const PART_COLORS: Readonly<Record<string, string>> = {
  retry: '#8f5a3c',
  gatewayQueue: '#c9820b',
  gatewayDecision: '#7b8494',
  ingest: '#4d9078',
  engineQueue: '#e0602a',
  prefill: '#2f7fe0',
  output: '#8a63d2',
};

/** A neutral that is readable on both papers. */
export const NEUTRAL = '#7b8390';

const COLORS = ['#7b8494', '#2f7fe0', '#d9662b', '#1f9470', '#a066d3', '#d6487e', '#a97f00', '#1b8fa0'];

const DASHES: readonly (readonly number[])[] = [
  [],
  [],
  [7, 3],
  [2, 2],
  [8, 3, 2, 3],
  [4, 2],
  [12, 3],
  [1, 2],
];
