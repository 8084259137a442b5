import type { EngineConfig } from '../../../sim/engine/engine-config.ts';
import type { Ablation } from '../../support/plain-engine/ablations.ts';
import type { Admission, PlainPass } from '../../support/plain-engine/plain-pass.ts';
import type { PlainArrival, PlainRequest } from '../../support/plain-engine/plain-request.ts';
import { PlainScheduler } from '../../support/plain-engine/plain-scheduler.ts';
import type { SteppedEngine, StubOutput } from './play-case.ts';
import { endsAnswer, promptTokens } from './token-stream.ts';
import type { BlockIds, TraceHeader, TraceRequest } from './trace-case.ts';

/** The plain engine under the recording's loop. */
export function plainStepped(
  header: TraceHeader,
  config: EngineConfig,
  ablation?: Ablation,
): SteppedEngine<PlainPass> {
  const scheduler = new PlainScheduler({ ...config, connector: header.cfg.connector, ablation });
  const keys = new Map<string, number>();
  const arrivals = new Map(
    header.requests.map((request, order) => [
      request.id,
      arrivalOf(request, order, config.blockSize, keys, ablation),
    ]),
  );
  const all = new Map<string, PlainRequest>();
  const found = (ids: readonly string[]) => ids.flatMap((id) => all.get(id) ?? []);
  const ids = (requests: readonly PlainRequest[]) => requests.map(({ id }) => id);
  const groups = (blocks: number[][]): BlockIds => (blocks.length === 1 ? (blocks[0] ?? []) : blocks);
  const admissions = (list: readonly Admission[]) =>
    list.map(({ request, computed, blocks }) => [request.id, computed, groups(blocks)] as const);

  return {
    add(id) {
      const arrival = arrivals.get(id);
      if (arrival !== undefined) all.set(id, scheduler.add(arrival));
    },
    abort: (id) => scheduler.abort(id),
    hasWork: () => scheduler.hasWork(),
    schedule() {
      const pass = scheduler.schedule();
      const first = new Set([...pass.admitted, ...pass.resumed].map(({ request }) => request));
      const rows = [...pass.rows].map(([request, row]) => ({
        id: request.id,
        computed: row.computed + row.tokens,
        drafts: row.drafts,
        isChunk: row.isChunk,
        first: first.has(request),
      }));
      const { lookups, resumedLookups } = pass;
      return {
        pass,
        rows,
        seen: {
          tok: [...pass.rows].map(([{ id }, { tokens }]) => [id, tokens] as const),
          new: admissions(pass.admitted),
          resumed: admissions(pass.resumed),
          grow: pass.grown.map(({ request, blocks }) => [request.id, groups(blocks)] as const),
          preempt: ids(pass.preempted),
          finished: byNumber(ids(pass.finished)),
          q: [lookups.queries, lookups.hits],
          pq: [resumedLookups.queries, resumedLookups.hits],
          drafts: rows.flatMap(({ id, drafts }) => (drafts > 0 ? [[id, drafts] as const] : [])),
          loads: pass.loads.map(
            ({ request, cached, external, blocks }) =>
              [request.id, cached, external, groups(blocks)] as const,
          ),
        },
      };
    },
    update(pass, output: StubOutput) {
      const { outputs, done } = scheduler.update(pass, {
        tokens: new Map([...output.tokens].flatMap(([id, tokens]) => found([id]).map((r) => [r, tokens]))),
        received: found(output.received),
        sent: found(output.sent),
      });
      return {
        out: outputs.map(({ request, tokens }) => [request.id, tokens] as const),
        done: done.map(({ id, finishReason }) => [id, finishReason ?? ''] as const),
        outputs: new Map(
          outputs.flatMap(({ request }) =>
            request.status === 'finished' ? [] : [[request.id, request.outputs.length]],
          ),
        ),
      };
    },
    propose(id, drafts) {
      for (const request of found([id])) request.drafts = request.isChunk ? 0 : drafts;
    },
    state: () => ({
      run: ids(scheduler.running),
      wait: ids(scheduler.waiting.list()),
      free: scheduler.cache.pool.free,
      front: scheduler.cache.pool.front(4),
      keys: scheduler.cache.pool.findable,
    }),
    summary(id) {
      const request = all.get(id);
      return {
        outputs: request?.outputs.length ?? 0,
        preemptions: request?.preemptions ?? 0,
        reason: request?.finishReason ?? null,
      };
    },
  };
}

function arrivalOf(
  request: TraceRequest,
  order: number,
  blockSize: number,
  keys: Map<string, number>,
  ablation: Ablation | undefined,
): PlainArrival {
  const prompt = promptTokens(request);
  const chain: number[] = [];
  const scope = ablation === 'key-names-salt' ? '' : `${request.salt ?? ''}/${request.lora ?? ''}`;
  return {
    id: request.id,
    order,
    priority: request.prio ?? 0,
    lora: request.lora ?? undefined,
    promptTokens: prompt.length,
    maxTokens: request.maxTokens,
    ends: (token) => endsAnswer(request, token),
    remoteTokens: request.remote ?? 0,
    sends: request.sendPasses !== undefined && request.sendPasses !== null,
    /** Equal chains of blocks of equal tokens get equal numbers. */
    keyOf(block, outputs) {
      for (let index = chain.length; index <= block; index++) {
        const tokens = Array.from({ length: blockSize }, (_, offset) => {
          const position = index * blockSize + offset;
          return prompt[position] ?? outputs[position - prompt.length];
        });
        const parent = ablation === 'key-names-prefix' ? '' : chain[index - 1];
        const text = `${parent ?? scope}:${tokens.join(',')}`;
        let key = keys.get(text);
        if (key === undefined) keys.set(text, (key = keys.size));
        chain.push(key);
      }
      return chain[block] ?? -1;
    },
  };
}

function byNumber(ids: string[]): string[] {
  return ids.sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
}
