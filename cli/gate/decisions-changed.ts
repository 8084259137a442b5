import type { DecisionRecord } from '../../documents/decision-record.ts';
import type { ChangedDecision, GateDecisions } from '../../documents/gate-report.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { GateRun } from '../jobs/task.ts';
import type { Arm, Contest } from './contest.ts';
import { playDecisions, type PlayedArm } from './play-gate.ts';

/** Changed decisions that are told one by one. */
const FIRST_CHANGED = 20;

/**
 * Where candidate and baseline sent the same requests, in the first replication: how many went elsewhere, and the first of
 * them with the scores that both endpoints had. Later ones also differ because earlier ones did. Plays routers that have
 * scores once more to get them.
 */
export async function decisionsChanged(
  { baseline, candidate }: Contest,
  played: readonly PlayedArm[],
  jobs: Jobs,
): Promise<GateDecisions> {
  const [before, after] = [baseline, candidate].map(
    (arm) => played.find((one) => one.arm === arm && one.fixture === undefined)?.runs[0],
  );
  const changes = changesBetween(before?.endpoints ?? [], after?.endpoints ?? []);
  const ids = changes.first.map(({ request }) => request);
  const scored = async (arm: Arm): Promise<readonly DecisionRecord[]> =>
    arm.hasScores && ids.length > 0 && before !== undefined
      ? playDecisions(arm, { seed: before.seed, decisions: { ids } }, jobs)
      : [];
  const old = await scored(baseline);
  const now = await scored(candidate);
  return {
    baseline: baseline.name,
    candidate: candidate.name,
    ...changes,
    first: changes.first.map((one) => withScores(one, old, now)),
  };
}

/** What differs between two runs of the same requests, each by request id: the endpoint that it went to. */
export function changesBetween(
  before: NonNullable<GateRun['endpoints']>,
  after: NonNullable<GateRun['endpoints']>,
): Pick<GateDecisions, 'decided' | 'changed' | 'share' | 'first'> {
  const now = new Map(after);
  const both = before.filter(([id]) => now.has(id));
  const changed = both.filter(([id, endpoint]) => now.get(id) !== endpoint);
  return {
    decided: both.length,
    changed: changed.length,
    ...(both.length > 0 && { share: changed.length / both.length }),
    first: changed.slice(0, FIRST_CHANGED).map(([request, baseline]): ChangedDecision => {
      const candidate = now.get(request);
      return {
        request,
        ...(baseline !== undefined && { baseline }),
        ...(candidate !== undefined && { candidate }),
      };
    }),
  };
}

/** The same with the lead of the baseline's endpoint in the scores of each router, where it scored both endpoints. */
function withScores(
  changed: ChangedDecision,
  old: readonly DecisionRecord[],
  now: readonly DecisionRecord[],
): ChangedDecision {
  const before = leadIn(changed, old);
  const after = leadIn(changed, now);
  return {
    ...changed,
    ...(before !== undefined && { baselineScoreDifference: before }),
    ...(after !== undefined && { candidateScoreDifference: after }),
  };
}

function leadIn(
  { request, baseline, candidate }: ChangedDecision,
  records: readonly DecisionRecord[],
): number | undefined {
  const record = records.find((one) => one.request === request);
  const profile = record?.profiles?.find(({ picked }) => picked.includes(record.endpoint ?? ''));
  const totalOf = (name: string | undefined): number | undefined => {
    const total = profile?.endpoints.find(({ endpoint }) => endpoint === name)?.total;
    return typeof total === 'number' ? total : undefined;
  };
  const [ours, theirs] = [totalOf(baseline), totalOf(candidate)];
  return ours === undefined || theirs === undefined ? undefined : ours - theirs;
}
