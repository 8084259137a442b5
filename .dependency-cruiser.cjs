/* Who may import whom (see README: the rooms). Each room lists what it may see besides itself; nothing else passes. */
const MAY_IMPORT = {
  base: [],
  documents: ['base'],
  scheduler: ['base'],
  'sim/events': ['base'],
  'sim/latency': ['base', 'hardware-profiles'],
  'sim/engine': ['base', 'sim/events', 'sim/latency'],
  'sim/network': ['base', 'sim/events'],
  'sim/workload': ['base', 'documents'],
  'sim/metrics': ['base', 'documents'],
  'sim/fleet': ['base', 'documents', 'scheduler', 'sim/[^/]+'],
  'hardware-profiles': ['base'],
  scenarios: [
    'base',
    'documents',
    'hardware-profiles',
    'scheduler',
    'sim/workload',
    'sim/latency',
    'sim/engine',
    'sim/fleet',
  ],
  compare: ['base', 'documents'],
  planner: ['base', 'documents', 'compare', 'scenarios', 'hardware-profiles', 'sim/fleet', 'sim/metrics'],
  calibration: ['base', 'documents', 'compare', 'scenarios', 'hardware-profiles', 'sim/[^/]+'],
  reports: ['base', 'documents'],
  gateway: ['base', 'scheduler'],
};

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'nothing-imports-cli-or-test',
      severity: 'error',
      from: { pathNot: '^(cli|test|bench)/' },
      to: { path: '^(cli|test)/' },
    },
    {
      name: 'node-only-in-adapters',
      severity: 'error',
      from: { pathNot: '^(cli|gateway|test|bench)/|^calibration/fit-profiles|^vitest.config' },
      to: { dependencyTypes: ['core'] },
    },
    ...Object.entries(MAY_IMPORT).map(([room, allowed]) => ({
      name: `${room.replace('/', '-')}-sees-only-${allowed.length === 0 ? 'itself' : 'its-neighbours'}`,
      severity: 'error',
      from: { path: `^${room}/` },
      to: {
        path: '^(base|documents|scheduler|sim|hardware-profiles|scenarios|compare|calibration|planner|reports|gateway|cli|test|bench)/',
        pathNot: [room, ...allowed].map((name) => `^${name}/`),
      },
    })),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    exclude: { path: '^(dist|node_modules)/' },
  },
};
