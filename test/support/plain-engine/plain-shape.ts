import type { StepShape } from '../../../sim/latency/step-time-model.ts';
import type { PlainPass } from './plain-pass.ts';

/** The sums that a pass's time depends on. A row of one token (and its drafts) that yields an output is a decode row. */
export function shapeOf(pass: PlainPass, window: number | undefined): StepShape {
  const rows = [...pass.rows.values()];
  const isDecode = (row: (typeof rows)[number]) => row.tokens === 1 + row.drafts && !row.isChunk;
  const decodes = rows.filter(isDecode);
  const chunks = rows.filter((row) => !isDecode(row));
  const growing = window === undefined ? [] : decodes.filter(({ computed }) => computed < window);
  return {
    decodeRows: decodes.length,
    decodeTokens: sum(decodes.map(({ tokens }) => tokens)),
    decodeContext: sum(decodes.map(({ computed }) => computed)),
    decodeContextSquares: sum(decodes.map(({ computed }) => computed * computed)),
    sharedContext: pass.sharedTokens,
    windowContext: window === undefined ? 0 : sum(decodes.map(({ computed }) => Math.min(computed, window))),
    windowGrowingRows: growing.length,
    windowStepsToFull: Math.min(...growing.map(({ computed }) => (window ?? 0) - computed)),
    chunks: chunks.length,
    chunkTokens: chunks.map(({ tokens }) => tokens),
    chunkComputed: chunks.map(({ computed }) => computed),
    sampledRows: sum(decodes.map(({ tokens }) => tokens)) + chunks.filter(({ isChunk }) => !isChunk).length,
    adapters: new Set([...pass.rows.keys()].flatMap(({ lora }) => lora ?? [])).size,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
