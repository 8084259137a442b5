import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import type { GpuProfile } from '../../../hardware-profiles/gpu-profile.ts';
import { kvBytesPerTokenAndLayer } from '../../../hardware-profiles/kv-layout.ts';
import { loadModel } from '../../../hardware-profiles/load-model.ts';
import { stepTimeModel } from '../../../sim/latency/profile-step-time.ts';
import { unsupported } from '../../../sim/latency/unsupported.ts';
import { shippedProfiles } from '../../support/profiles.ts';
import { inputOf, shapeOf, TICKS_PER_SECOND } from './support.ts';

const models = shippedProfiles.names('models').map((name) => loadModel(shippedProfiles, name));

const served = models.filter((model) => unsupported(model, 2) === undefined);

/** The GPU with another bandwidth. Its kernels were measured with its own, so it stands behind as a donor. */
function withBandwidth(gpu: GpuProfile, factor: number): GpuProfile {
  const { memoryBandwidth } = gpu;
  return {
    ...gpu,
    kernels: { nearest: () => [] },
    donor: gpu.donor ?? gpu,
    memoryBandwidth: { ...memoryBandwidth, value: factor * memoryBandwidth.value },
  };
}

it('more memory bandwidth never makes decode slower, whatever the GPU, model and batch', () => {
  let gained = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...shippedProfiles.names('gpus')),
      fc.constantFrom(...served.map(({ name }) => name)),
      fc.double({ min: 1.01, max: 4, noNaN: true }),
      fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 64 }),
      (gpuName, modelName, factor, contexts) => {
        const input = inputOf(gpuName, modelName, 2);
        const shape = shapeOf(contexts);
        const step = (bandwidth: number) =>
          stepTimeModel({ ...input, gpu: withBandwidth(input.gpu, bandwidth) })
            .timer(TICKS_PER_SECOND)
            .step(shape);
        const before = step(1);
        const after = step(factor);
        if (after < before) gained++;
        expect(after).toBeLessThanOrEqual(before);
      },
    ),
    { numRuns: 150 },
  );
  expect(gained).toBeGreaterThan(50);
});

it('tensor parallelism never reduces the bytes of latent KV, and splits heads down to one', () => {
  const kinds = { mla: 0, gqa: 0 };
  for (const model of models) {
    const alone = kvBytesPerTokenAndLayer(model, 1);
    kinds[model.attention.kind]++;
    for (const gpus of [2, 4, 8, 16]) {
      const shared = kvBytesPerTokenAndLayer(model, gpus);
      if (model.attention.kind === 'mla') expect(shared).toBe(alone);
      else expect(shared).toBe(alone / Math.min(gpus, model.attention.kvHeads));
    }
  }
  expect(Math.min(kinds.mla, kinds.gqa)).toBeGreaterThan(3);
});
