import type { ContentId, Span } from '../../../base/prompt.ts';
import { PromptTree } from '../../../base/prompt-tree.ts';
import { BlockPool } from '../../../sim/engine/block-pool.ts';
import { EngineCore } from '../../../sim/engine/engine-core.ts';
import type { EngineConfig } from '../../../sim/engine/engine-config.ts';
import type { EngineRequest } from '../../../sim/engine/model-server.ts';
import { servedBefore } from '../../../sim/engine/request-queue.ts';
import { NEW_ROW, RESUMED_ROW, RUNNING_ROW, SchedulingPass } from '../../../sim/engine/scheduling-pass.ts';
import { Sequence } from '../../../sim/engine/sequence.ts';
import type { SteppedEngine, StubOutput } from './play-case.ts';
import { endsAnswer, outputToken } from './token-stream.ts';
import type { BlockIds, TraceHeader, TraceRequest } from './trace-case.ts';

/** The product's scheduler under the recording's loop. Blocks have no ids: lists of the right length stand for them. */
export function productStepped(header: TraceHeader, config: EngineConfig): SteppedEngine<SchedulingPass> {
  const core = new EngineCore(
    { ...config, kvRole: header.cfg.connector },
    new BlockPool(config.numGpuBlocks - 1, undefined),
    {
      preempted: () => undefined,
    },
  );
  const groups = config.slidingWindow === undefined ? 1 : 2;
  const tree = new PromptTree();
  const contents = new Map<string, ContentId>();
  const sequences = new Map<string, Sequence>();
  const ids = new Map<Sequence, string>();
  const idOf = (sequence: Sequence): string => ids.get(sequence) ?? '?';
  const found = (id: string): Sequence => {
    const sequence = sequences.get(id);
    if (sequence === undefined) throw new Error(`${id} has not arrived`);
    return sequence;
  };
  const contentOf = (stream: string): ContentId => {
    const content = contents.get(stream) ?? contents.size;
    contents.set(stream, content);
    return content;
  };
  const blockList = (count: number): BlockIds => {
    const list = Array.from({ length: count }, () => 0);
    return groups === 1 ? list : [list, list];
  };

  return {
    add(id) {
      const index = header.requests.findIndex((request) => request.id === id);
      const request = header.requests[index];
      if (request === undefined) throw new Error(`the case has no request ${id}`);
      const sequence = new Sequence(engineRequest(request, index, tree, contentOf), config.maxModelLen, 0);
      sequences.set(id, sequence);
      ids.set(sequence, id);
      core.add(sequence);
    },
    abort(id) {
      const sequence = sequences.get(id);
      if (sequence !== undefined) core.abort(sequence);
    },
    hasWork: () => core.hasWork(),
    schedule() {
      const pass = new SchedulingPass();
      core.schedule(pass);
      core.check();
      const rows = Array.from({ length: pass.rows }, (_, row) => {
        const [sequence, tokens, kind] = [pass.sequences[row], pass.tokens[row], pass.kinds[row]];
        if (sequence === undefined || tokens === undefined)
          throw new Error('a pass has a sequence in every row');
        return {
          id: idOf(sequence),
          tokens,
          kind,
          before: pass.computed[row] ?? 0,
          computed: (pass.computed[row] ?? 0) + tokens,
          drafts: pass.drafts[row] ?? 0,
          isChunk: pass.samples[row] === 0,
          first: kind !== RUNNING_ROW,
          blocks: pass.newBlocks[row] ?? 0,
        };
      });
      const admitted = (kind: number) =>
        rows
          .filter((row) => row.kind === kind)
          .map(({ id, before, blocks }) => [id, before, blockList(blocks)] as const);
      return {
        pass,
        rows,
        seen: {
          tok: rows.map(({ id, tokens }) => [id, tokens] as const),
          new: admitted(NEW_ROW),
          resumed: admitted(RESUMED_ROW),
          grow: rows.flatMap(({ id, kind, blocks }) =>
            kind === RUNNING_ROW && blocks > 0 ? [[id, blockList(blocks)] as const] : [],
          ),
          preempt: pass.preempted.map(idOf),
          finished: byNumber(pass.finished.slice(0, pass.finishedCount).map(idOf)),
          q: [pass.queries, pass.hits],
          pq: [pass.resumedQueries, pass.resumedHits],
          drafts: rows.flatMap(({ id, drafts }) => (drafts > 0 ? [[id, drafts] as const] : [])),
          loads: pass.loads.map(
            ({ sequence, cached, external }) =>
              [idOf(sequence), cached, external, blockList(sequence.blocks)] as const,
          ),
        },
      };
    },
    update(pass, output: StubOutput) {
      const out: [string, readonly number[]][] = [];
      const done: [string, string][] = [];
      const outputs = new Map<string, number>();
      core.beginUpdate(pass);
      for (let row = 0; row < pass.rows; row++) {
        const sequence = pass.sequences[row];
        if (sequence === undefined) continue;
        const id = idOf(sequence);
        const tokens = output.tokens.get(id) ?? [];
        const gained = core.processRow(pass, row, tokens.length);
        if (gained === 0) continue;
        out.push([id, tokens.slice(0, gained)]);
        if (sequence.status === 'finished') done.push([id, sequence.finishReason ?? '']);
        else outputs.set(id, sequence.outputs);
      }
      for (const id of output.received) core.received(found(id));
      for (const id of output.sent) core.sent(found(id));
      core.check();
      return { out, done, outputs };
    },
    propose: (id, drafts) => core.propose(found(id), drafts),
    state: () => ({
      run: core.running.map(idOf),
      wait: waitingOrder(core, config).map(idOf),
      free: core.kv.pool.free,
    }),
    summary(id) {
      const sequence = sequences.get(id);
      const reason = sequence?.finishReason;
      return {
        outputs: sequence?.outputs ?? 0,
        preemptions: sequence?.preemptions ?? 0,
        reason: reason ?? null,
      };
    },
  };
}

/** Sequences that wait, in the order in which they would be taken. */
function waitingOrder({ blocked, waiting }: EngineCore, { policy, rules }: EngineConfig): Sequence[] {
  const all = [...blocked, ...waiting];
  if (policy === 'fcfs' || rules.skippedWait === 'front') return all;
  return all.sort((a, b) => (servedBefore(a, b) ? -1 : 1));
}

/** A recorded request as the engine takes it: its answer ends with its first token that ends an answer. */
function engineRequest(
  request: TraceRequest,
  index: number,
  tree: PromptTree,
  contentOf: (stream: string) => ContentId,
): EngineRequest {
  const length = request.prompt.reduce((sum, [, , count]) => sum + count, 0);
  const spans = request.prompt.map(([stream, start, tokens]) => ({
    content: contentOf(stream),
    start,
    tokens,
  }));
  const special = [request.eosAt, request.stopAt].filter((at) => at !== undefined && at !== null);
  const end = special.sort((a, b) => a - b).find((at) => endsAnswer(request, outputToken(request, at)));
  const out = contentOf(request.out);
  return {
    index,
    prompt: tree.prompt(spans, `${request.salt ?? ''}|${request.lora ?? ''}`),
    outputContent: out,
    outputTokens: end === undefined ? Infinity : end + 1,
    maxOutputTokens: request.maxTokens,
    priority: request.prio ?? 0,
    lora: request.lora ?? undefined,
    ...(special.length > 0 && {
      outputSpans: outputSpans(request, special, out, contentOf('special tokens')),
    }),
    remoteTokens: Math.min(request.remote ?? 0, length),
    sendsKv: request.sendPasses !== undefined && request.sendPasses !== null,
  };
}

function outputSpans(
  request: TraceRequest,
  special: readonly number[],
  content: ContentId,
  specialContent: ContentId,
): Span[] {
  const spans: Span[] = [];
  let from = 0;
  for (const at of new Set(special)) {
    if (at > from) spans.push({ content, start: from, tokens: at - from });
    spans.push({ content: specialContent, start: outputToken(request, at), tokens: 1 });
    from = at + 1;
  }
  spans.push({ content, start: from, tokens: request.maxTokens + 1 });
  return spans;
}

function byNumber(ids: string[]): string[] {
  return ids.sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
}
