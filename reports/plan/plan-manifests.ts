import { stringify } from 'yaml';

import type { Plan, PlanPool } from '../../documents/plan.ts';

/** What a plan does not hold and its manifests need. */
export interface ManifestInput {
  readonly plan: Plan;
  /** Name of the model as a server loads it. */
  readonly model: string;
  /** The EndpointPickerConfig of the answer's policy; undefined for policies that have none. */
  readonly routerConfig: string | undefined;
  /** Flags of the model servers under vLLM's names, by pool. */
  readonly flags: (pool: PlanPool) => Readonly<Record<string, string | number>>;
  /** The GPU of a pool as the driver names it; undefined where the pool names no hardware. */
  readonly device: (pool: PlanPool) => { readonly maker: string; readonly name: string } | undefined;
  /** vLLM's version, as its image is tagged. */
  readonly engineVersion: string;
}

/** Port of vLLM's OpenAI server (vllm serve --port), and of the endpoint picker (Gateway API inference extension, EPP). */
const PORTS = { server: 8000, picker: 9002, health: 9003, metrics: 9090 };

/** The Gateway that the route hangs on, as the guides of llm-d and of the Gateway API inference extension name it. */
export const GATEWAY = 'inference-gateway';

/**
 * What a container asks for (github.com/ROCm/k8s-device-plugin and github.com/NVIDIA/k8s-device-plugin, README), and vLLM's images: Docker
 * Hub, vllm/vllm-openai and vllm/vllm-openai-rocm, tagged by release; both start `vllm serve`.
 */
const VENDORS = {
  nvidia: { resource: 'nvidia.com/gpu', image: 'vllm/vllm-openai' },
  amd: { resource: 'amd.com/gpu', image: 'vllm/vllm-openai-rocm' },
};

/** Gated models load with a token alone (docs.vllm.ai, Using Kubernetes); open ones do without the secret. */
const HF_TOKEN = {
  name: 'HF_TOKEN',
  valueFrom: { secretKeyRef: { name: 'hf-token', key: 'token', optional: true } },
};

/** Annotation with what an object does otherwise than was planned, or needs. */
const REMARK = 'fleetcast/remark';

/** The endpoint picker, as https://github.com/llm-d/llm-d-inference-scheduler/releases/tag/v0.7.1 publishes it. */
const PICKER_IMAGE = 'ghcr.io/llm-d/llm-d-inference-scheduler:v0.7.1';

/**
 * The answer of a plan as Kubernetes manifests, by file name: a Deployment of model servers per pool, and for policies with an
 * EndpointPickerConfig the InferencePool, the route to it, the picker with that very configuration and the rights it needs. Empty for a plan
 * without an answer.
 */
export function planManifests({
  plan,
  model,
  routerConfig,
  flags,
  device,
  engineVersion,
}: ManifestInput): Map<string, string> {
  const files = new Map<string, string>();
  const { best, manifest } = plan;
  if (best === undefined) return files;
  const app = nameOf(manifest.scenario);
  const write = (name: string, objects: readonly unknown[]): void => {
    const texts = objects.map((object) => stringify(object, { lineWidth: 0 }));
    files.set(
      name,
      `# ${manifest.scenario}, planned by fleetcast ${manifest.fleetcastVersion}: ${best.policy}\n${texts.join('---\n')}`,
    );
  };
  for (const pool of best.pools) {
    write(`model-servers-${nameOf(pool.name)}.yaml`, [
      serverOf(app, pool, { model, engineVersion, flags: flags(pool), device: device(pool) }),
    ]);
  }
  if (routerConfig === undefined) {
    write('service.yaml', [
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: app, annotations: { [REMARK]: plainServiceRemark(best.policy) } },
        spec: { selector: { app }, ports: [{ port: PORTS.server, targetPort: PORTS.server }] },
      },
    ]);
    return files;
  }
  // In a folder of its own: kubectl apply -f FOLDER would take it for an object of the cluster.
  files.set('router/endpoint-picker-config.yaml', routerConfig);
  write('inference-pool.yaml', poolObjects(app));
  write('http-route.yaml', routeObjects(app));
  write('endpoint-picker.yaml', pickerObjects(app, routerConfig));
  return files;
}

/** How a Service balances otherwise than a router. Source: kubernetes.io, Virtual IPs and Service Proxies, "iptables proxy mode". */
function plainServiceRemark(policy: string): string {
  return `kube-proxy balances each connection at random, not each request by ${policy} as was planned: clients that reuse connections load the servers unevenly`;
}

function serverOf(
  app: string,
  pool: PlanPool,
  server: Pick<ManifestInput, 'model' | 'engineVersion'> & {
    readonly flags: ReturnType<ManifestInput['flags']>;
    readonly device: ReturnType<ManifestInput['device']>;
  },
): unknown {
  const labels = { app, pool: nameOf(pool.name) };
  const gpus = pool.tensor_parallel_size;
  const vendor = server.device?.maker === 'AMD' ? VENDORS.amd : VENDORS.nvidia;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: `${app}-${nameOf(pool.name)}`, labels },
    spec: {
      replicas: pool.replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          ...nodeSelectorOf(server.device),
          containers: [
            {
              name: 'vllm',
              image: `${vendor.image}:v${server.engineVersion}`,
              args: [
                server.model,
                `--tensor-parallel-size=${gpus}`,
                ...Object.entries(server.flags).map(
                  ([flag, value]) => `--${flag.replaceAll('_', '-')}=${value}`,
                ),
              ],
              env: [HF_TOKEN],
              ports: [{ name: 'http', containerPort: PORTS.server }],
              resources: { limits: { [vendor.resource]: gpus } },
              readinessProbe: { httpGet: { path: '/health', port: PORTS.server } },
              // Tensor parallelism passes tensors through shared memory.
              volumeMounts: [{ name: 'shm', mountPath: '/dev/shm' }],
            },
          ],
          volumes: [{ name: 'shm', emptyDir: { medium: 'Memory' } }],
        },
      },
    },
  };
}

/**
 * Nodes with the GPU that was planned for, by the label that NVIDIA's GPU feature discovery puts on them: the driver's name
 * with dashes for spaces (github.com/NVIDIA/k8s-device-plugin, docs/gpu-feature-discovery, "Generated Labels").
 */
function nodeSelectorOf(device: ReturnType<ManifestInput['device']>): object {
  return device?.maker === 'NVIDIA'
    ? { nodeSelector: { 'nvidia.com/gpu.product': device.name.trim().replaceAll(/\s+/g, '-') } }
    : {};
}

/**
 * Requests that reach the gateway go to the pool, and the picker chooses among its servers. Source:
 * gateway-api-inference-extension.sigs.k8s.io, Getting started, "Deploy the HTTPRoute".
 */
function routeObjects(app: string): unknown[] {
  return [
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: {
        name: app,
        annotations: { [REMARK]: `needs a Gateway named ${GATEWAY} in this namespace` },
      },
      spec: {
        parentRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: GATEWAY }],
        rules: [
          {
            matches: [{ path: { type: 'PathPrefix', value: '/' } }],
            backendRefs: [{ group: 'inference.networking.k8s.io', kind: 'InferencePool', name: app }],
            // Answers take as long as they take: a request ends when its client gives up (GEP-1742, 0s = no limit).
            timeouts: { request: '0s' },
          },
        ],
      },
    },
  ];
}

function poolObjects(app: string): unknown[] {
  return [
    {
      apiVersion: 'inference.networking.k8s.io/v1',
      kind: 'InferencePool',
      metadata: { name: app },
      spec: {
        selector: { matchLabels: { app } },
        targetPorts: [{ number: PORTS.server }],
        endpointPickerRef: { name: `${app}-epp`, port: { number: PORTS.picker } },
      },
    },
  ];
}

function pickerObjects(app: string, routerConfig: string): unknown[] {
  const name = `${app}-epp`;
  const metadata = { name };
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'config.yaml': routerConfig } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata,
      rules: [
        { apiGroups: [''], resources: ['pods'], verbs: ['get', 'watch', 'list'] },
        {
          apiGroups: ['inference.networking.k8s.io', 'inference.networking.x-k8s.io'],
          resources: ['inferencepools', 'inferenceobjectives', 'inferencemodelrewrites'],
          verbs: ['get', 'watch', 'list'],
        },
      ],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata,
      subjects: [{ kind: 'ServiceAccount', name }],
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: {
        selector: { app: name },
        ports: [{ name: 'grpc', port: PORTS.picker, targetPort: PORTS.picker, appProtocol: 'http2' }],
      },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { labels: { app: name } },
          spec: {
            serviceAccountName: name,
            containers: [
              {
                name: 'epp',
                image: PICKER_IMAGE,
                args: [
                  `--pool-name=${app}`,
                  '--pool-namespace=$(NAMESPACE)',
                  '--config-file=/config/config.yaml',
                  `--grpc-port=${PORTS.picker}`,
                  `--grpc-health-port=${PORTS.health}`,
                  `--metrics-port=${PORTS.metrics}`,
                ],
                env: [{ name: 'NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } }],
                ports: [
                  { containerPort: PORTS.picker },
                  { containerPort: PORTS.health },
                  { containerPort: PORTS.metrics },
                ],
                readinessProbe: { grpc: { port: PORTS.health, service: 'inference-extension' } },
                volumeMounts: [{ name: 'config', mountPath: '/config' }],
              },
            ],
            volumes: [{ name: 'config', configMap: { name } }],
          },
        },
      },
    },
  ];
}

/** As Kubernetes takes it: RFC 1123 label. */
function nameOf(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 50);
}
