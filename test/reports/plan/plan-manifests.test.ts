import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';

import type { Plan } from '../../../documents/plan.ts';
import { planManifests } from '../../../reports/plan/plan-manifests.ts';

type Device = ReturnType<Parameters<typeof planManifests>[0]['device']>;

const POOL = { name: 'Any GPU', tensor_parallel_size: 2, replicas: 3, role: 'both' } as const;

const PLAN = {
  manifest: { scenario: 'chat', scenarioSha256: 'a', fleetcastVersion: '0', seeds: [1] },
  best: { pools: [POOL], policy: 'round-robin', gpus: 6 },
} as unknown as Plan;

function manifests(device: Device, routerConfig?: string): Map<string, string> {
  return planManifests({
    plan: PLAN,
    model: 'meta-llama/Llama-3.1-8B',
    routerConfig,
    flags: () => ({}),
    device: () => device,
    engineVersion: '0.19.0',
  });
}

function objects(text: string | undefined): unknown[] {
  return parseAllDocuments(text ?? '').map((one): unknown => one.toJS());
}

/** The Deployment of the plan's one pool. */
function server(device: Device): unknown {
  return objects(manifests(device).get('model-servers-any-gpu.yaml'))[0];
}

function podWith(container: object): object {
  return { spec: { template: { spec: { containers: [expect.objectContaining(container)] } } } };
}

describe('manifests of a plan', () => {
  it("ask for the maker's GPUs and run vLLM as built for them", () => {
    expect(server({ maker: 'AMD', name: 'AMD Instinct MI300X' })).toMatchObject(
      podWith({ image: 'vllm/vllm-openai-rocm:v0.19.0', resources: { limits: { 'amd.com/gpu': 2 } } }),
    );
    expect(server({ maker: 'NVIDIA', name: 'NVIDIA L40S' })).toMatchObject(
      podWith({ image: 'vllm/vllm-openai:v0.19.0', resources: { limits: { 'nvidia.com/gpu': 2 } } }),
    );
  });

  it('take the token of gated models from a secret, and start without it', () => {
    const secretKeyRef = { name: 'hf-token', key: 'token', optional: true };
    expect(server(undefined)).toMatchObject(
      podWith({ env: [{ name: 'HF_TOKEN', valueFrom: { secretKeyRef } }] }),
    );
  });

  it('say that a plain Service does not balance as planned', () => {
    const [service] = objects(manifests(undefined).get('service.yaml'));
    expect(service).toMatchObject({
      kind: 'Service',
      metadata: {
        annotations: {
          'fleetcast/remark': expect.stringMatching(
            /each connection at random.*by round-robin as was planned/,
          ),
        },
      },
    });
  });

  it('name the Gateway that the route needs', () => {
    const [route] = objects(manifests(undefined, 'kind: EndpointPickerConfig\n').get('http-route.yaml'));
    expect(route).toMatchObject({
      metadata: { annotations: { 'fleetcast/remark': expect.stringContaining('inference-gateway') } },
      spec: { parentRefs: [{ name: 'inference-gateway' }] },
    });
  });
});
