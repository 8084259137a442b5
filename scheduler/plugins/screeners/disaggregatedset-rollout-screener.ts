import type { ParameterReader } from '../../config/parameter-reader.ts';
import type { Endpoint } from '../../endpoint.ts';
import { definePlugin, type PluginContext } from '../../plugin-type.ts';
import type { ResponseHeaders, Screener } from '../../plugin.ts';
import { meetsAll, parseLabelSelector, type LabelRequirement } from '../label-selector.ts';

const REVISION_HEADER = 'x-llm-d-disagg-revision';
const REVISION_LABEL = 'disaggregatedset.x-k8s.io/revision';
const ROLE_LABEL = 'disaggregatedset.x-k8s.io/role';

/*
 * disaggregatedset-rollout-screener: keeps prefill and decode of a request within one revision of a rollout. A revision may
 * be used when endpoints of every required role are there; one is drawn, weighted by its endpoints of the required roles
 * (sum) or of the one role that has the most over all such revisions (max-role; the first named of equal ones). A revision
 * that the request names in a header is used or nobody. disabled: only the header counts. The answer names the revision.
 * Endpoints stand for ready pods. A decision is not remembered for further requests with its id.
 * Inputs: labels, a request header. Parameters: scope {labelSelector (required): whom to count}, revisionGating (required)
 * {mode: sum | max-role | disabled, requiredRoles (required unless disabled), revisionHeaderName (x-llm-d-disagg-revision),
 * revisionLabelKey (disaggregatedset.x-k8s.io/revision), roleLabelKey (disaggregatedset.x-k8s.io/role)}.
 * Source: pkg/epp/framework/plugins/requestcontrol/screener/disaggregatedsetrollout of llm-d-router at ebab6879.
 */
export const disaggregatedsetRolloutScreener = definePlugin({
  type: 'disaggregatedset-rollout-screener',
  roles: ['screener'],
  maturity: 'alpha',
  needsParameters: true,
  parameters: (reader) => ({ scope: readScope(reader), ...readGating(reader) }),
  create: createScreener,
});

interface Gating {
  readonly mode: string;
  readonly roles: readonly string[];
  readonly header: string;
  readonly revisionLabel: string;
  readonly roleLabel: string;
}

function readScope(reader: ParameterReader): readonly LabelRequirement[] {
  const scope = reader.object('scope');
  const text = scope.string('labelSelector', '');
  if (text === '') scope.refuse(undefined, 'needs a labelSelector');
  const requirements = parseLabelSelector(text);
  if (text !== '' && requirements === undefined) scope.refuse('labelSelector', 'must be a label selector');
  return requirements ?? [];
}

function readGating(reader: ParameterReader): Gating {
  const gating = reader.object('revisionGating');
  if (!gating.given) reader.refuse('revisionGating', 'is required');
  const mode = gating.string('mode', '');
  const roles = gating.strings('requiredRoles') ?? [];
  if (gating.given && mode !== 'sum' && mode !== 'max-role' && mode !== 'disabled')
    gating.refuse('mode', 'must be sum, max-role or disabled');
  const rolesAreGood = roles.length > 0 && !roles.includes('') && new Set(roles).size === roles.length;
  if (gating.given && mode !== 'disabled' && !rolesAreGood)
    gating.refuse('requiredRoles', 'must be different names, at least one');
  return {
    mode,
    roles,
    header: (gating.string('revisionHeaderName') || REVISION_HEADER).toLowerCase(),
    revisionLabel: gating.string('revisionLabelKey') || REVISION_LABEL,
    roleLabel: gating.string('roleLabelKey') || ROLE_LABEL,
  };
}

function createScreener(
  {
    scope,
    mode,
    roles,
    header,
    revisionLabel,
    roleLabel,
  }: Gating & {
    readonly scope: readonly LabelRequirement[];
  },
  context: PluginContext,
): Screener & ResponseHeaders {
  const random = context.random();
  let weights: ReadonlyMap<string, number> = new Map();
  let weighed: readonly Endpoint[] | undefined;

  /** Weights of the revisions that have all roles; counted anew when endpoints have come or gone. */
  const currentWeights = (): ReadonlyMap<string, number> => {
    const endpoints = context.endpoints();
    if (endpoints !== weighed) {
      const counted = endpoints.filter(({ labels }) => meetsAll(labels, scope));
      weights = weigh(countRoles(counted, revisionLabel, roleLabel), roles, mode);
      weighed = endpoints;
    }
    return weights;
  };
  const draw = (allowed: ReadonlyMap<string, number>): string | undefined => {
    const revisions = [...allowed.keys()].sort((a, b) => (a < b ? -1 : 1));
    if (revisions.length <= 1) return revisions[0];
    let rest = random.uniform() * [...allowed.values()].reduce((sum, weight) => sum + weight, 0);
    return revisions.find((revision) => (rest -= allowed.get(revision) ?? 0) < 0) ?? revisions.at(-1);
  };

  return {
    type: 'disaggregatedset-rollout-screener',
    name: context.name,
    screen({ request }, endpoints) {
      const asked = request.headers[header] ?? '';
      const revisionOf = ({ labels }: Endpoint): string => labels.get(revisionLabel) ?? '';
      if (mode === 'disabled')
        return asked === '' ? endpoints : endpoints.filter((endpoint) => revisionOf(endpoint) === asked);
      const seen = new Set(endpoints.map(revisionOf));
      const allowed = new Map([...currentWeights()].filter(([revision]) => seen.has(revision)));
      const chosen = asked === '' ? draw(allowed) : asked;
      if (chosen === undefined || !allowed.has(chosen)) return [];
      return endpoints.filter((endpoint) => revisionOf(endpoint) === chosen);
    },
    responseHeaders(state, headers) {
      const target = state.primary === undefined ? undefined : state.result(state.primary)?.targets[0];
      const revision = target?.endpoint.labels.get(revisionLabel) ?? '';
      if (revision !== '') headers.set(header, revision);
    },
  };
}

type RoleCounts = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Endpoints by revision and role; those without either label do not count. */
function countRoles(endpoints: readonly Endpoint[], revisionLabel: string, roleLabel: string): RoleCounts {
  const counts = new Map<string, Map<string, number>>();
  for (const { labels } of endpoints) {
    const revision = labels.get(revisionLabel) ?? '';
    const role = labels.get(roleLabel) ?? '';
    if (revision === '' || role === '') continue;
    const byRole = counts.get(revision) ?? new Map<string, number>();
    counts.set(revision, byRole.set(role, (byRole.get(role) ?? 0) + 1));
  }
  return counts;
}

function weigh(counts: RoleCounts, roles: readonly string[], mode: string): Map<string, number> {
  const complete = [...counts].filter(([, byRole]) => roles.every((role) => byRole.has(role)));
  const total = (role: string): number =>
    complete.reduce((sum, [, byRole]) => sum + (byRole.get(role) ?? 0), 0);
  const dominant = roles.reduce((best, role) => (total(role) > total(best) ? role : best), roles[0] ?? '');
  const counting = mode === 'max-role' ? [dominant] : roles;
  return new Map(
    complete.map(([revision, byRole]) => [
      revision,
      counting.reduce((sum, role) => sum + (byRole.get(role) ?? 0), 0),
    ]),
  );
}
