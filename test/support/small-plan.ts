/** A plan of two kinds of GPU that is searched in well under a second. */
export const SMALL_PLAN = `apiVersion: fleetcast/v1alpha1
kind: Scenario
metadata: { name: plan-me }
spec:
  model: llama-3.1-8b
  fleet:
    pools:
      - { name: any, hardware: l40s-48gb, replicas: 1, engine: { max_model_len: 8192 } }
  workload:
    random: { requests: 400, rate: 12, input_len: 1200, output_len: 60 }
  policies:
    - { name: least-request, router: { builtin: least-request } }
  slo: { ttft: 800ms, tpot: 60ms, attainment: 0.9 }
  prices:
    l40s-48gb: { usd_per_gpu_hour: 1.1, source: test, terms: { on_demand: 1.1, one_year: 0.8 } }
    h100-sxm-80gb: { usd_per_gpu_hour: 3, source: test }
  plan: { hardware: [l40s-48gb, h100-sxm-80gb], tensor_parallel_size: [1, 2], max_gpus: 16 }
`;
