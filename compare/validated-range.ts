import type { ModelError } from '../documents/model-error.ts';
import type { Label, RunEntry } from '../documents/run-report.ts';
import { tokensPerRequest } from './tokens-per-request.ts';

/**
 * What of a run lies beyond the measurements that forecasts were compared with: a GPU, the batch of a replica, the length of
 * prompts and answers. `hardware` names the GPU of each of its pools, undefined where a step time was given outright.
 */
export function outsideValidation(
  entry: RunEntry,
  hardware: readonly (string | undefined)[],
  { range }: Pick<ModelError, 'range'>,
): Label[] {
  const label = (text: string): Label => ({ code: 'not-validated', text });
  const gpus = [...new Set(hardware.flatMap((name) => name ?? []))];
  const batches = entry.pools.flatMap(({ meanRunning }) => meanRunning ?? []);
  const { input = 0, output = 0 } = tokensPerRequest(entry.throughput);
  const means = [
    ['mean batch of a replica', Math.max(0, ...batches), range.meanRunning],
    ['mean input tokens', input, range.inputTokens],
    ['mean output tokens', output, range.outputTokens],
  ] as const;
  return [
    ...gpus
      .filter((gpu) => !range.gpus.includes(gpu))
      .map((gpu) => label(`no forecast for ${gpu} was compared with a measurement`)),
    ...means
      .filter(([, value, most]) => value > most)
      .map(([name, value, most]) =>
        label(
          `${name} ${Math.round(value)}: forecasts were compared with measurements up to ${Math.round(most)}`,
        ),
      ),
  ];
}
