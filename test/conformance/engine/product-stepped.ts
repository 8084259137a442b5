import { PromptTree } from '../../../base/prompt-tree.ts';
import { BlockPool } from '../../../sim/engine/block-pool.ts';
import { EngineCore } from '../../../sim/engine/engine-core.ts';
import type { EngineConfig } from '../../../sim/engine/engine-config.ts';
import { Pass } from '../../../sim/engine/pass.ts';
import { Sequence } from '../../../sim/engine/sequence.ts';
import type { SteppedEngine } from './play-case.ts';
import { endsAnswer, outputToken } from './token-stream.ts';
import type { TraceHeader, TraceRequest } from './trace-case.ts';

/** The simulator's engine core under the recording's loop: no block ids, numbers of blocks instead. */
export function productStepped(header: TraceHeader, config: EngineConfig): SteppedEngine<Pass> {
  const sequences = new Map<string, Sequence>();
  const idOf = new Map<Sequence, string>();
  let preempted: string[] = [];
  let finished: string[] = [];
  const preemptions = new Map<string, number>();
  const reasons = new Map<string, string>();
  const pool = new BlockPool(config.numGpuBlocks - 1, undefined);
  const core = new EngineCore(config, pool, {
    preempted(sequence) {
      const id = name(sequence);
      preempted.push(id);
      preemptions.set(id, (preemptions.get(id) ?? 0) + 1);
    },
  });
  const make = sequenceMaker(header, config);
  const name = (sequence: Sequence) => idOf.get(sequence) ?? '?';
  const end = (id: string, sequence: Sequence, reason: string) => {
    core.finish(sequence);
    reasons.set(id, reason);
    finished.push(id);
  };

  return {
    add(id) {
      const sequence = make(id);
      sequences.set(id, sequence);
      idOf.set(sequence, id);
      core.add(sequence);
    },
    abort(id) {
      const sequence = sequences.get(id);
      if (sequence !== undefined && sequence.status !== 'finished') end(id, sequence, 'abort');
    },
    hasWork: () => core.running.length > 0 || core.waiting.length > 0 || finished.length > 0,
    schedule() {
      const before = new Map([...sequences.values()].map((sequence) => [sequence, sequence.blocks]));
      const ran = new Set(core.running);
      const pass = new Pass();
      preempted = [];
      core.schedule(pass);
      const rows = Array.from({ length: pass.rows }, (_, row) => {
        const sequence = pass.sequences[row];
        if (sequence === undefined) throw new Error('a row has a sequence');
        const computed = pass.computed[row] ?? 0;
        const tokens = pass.tokens[row] ?? 0;
        return { sequence, id: name(sequence), computed, tokens, isChunk: pass.samples[row] === 0 };
      });
      const fresh = rows.filter(({ sequence }) => !ran.has(sequence));
      const admitted = fresh.filter(({ id }) => !preemptions.has(id));
      const resumed = fresh.filter(({ id }) => preemptions.has(id));
      const lookups = (list: typeof rows): [number, number] =>
        config.enablePrefixCaching
          ? [sum(list.map(({ sequence }) => sequence.tokens)), sum(list.map(({ computed }) => computed))]
          : [0, 0];
      const admissions = (list: typeof rows) =>
        list.map(({ id, computed, sequence }) => [id, computed, unnamed(sequence.blocks)] as const);
      const ended = finished;
      finished = [];
      return {
        pass,
        rows: rows.map(({ id, computed, tokens, isChunk, sequence }) => ({
          id,
          computed: computed + tokens,
          drafts: 0,
          isChunk,
          first: !ran.has(sequence),
        })),
        seen: {
          tok: rows.map(({ id, tokens }) => [id, tokens] as const),
          new: admissions(admitted),
          resumed: admissions(resumed),
          grow: rows.flatMap(({ id, sequence }) => {
            const more = sequence.blocks - (before.get(sequence) ?? 0);
            return ran.has(sequence) && more > 0 ? [[id, unnamed(more)] as const] : [];
          }),
          preempt: preempted,
          finished: ended.sort((a, b) => Number(a.slice(1)) - Number(b.slice(1))),
          q: lookups(admitted),
          pq: lookups(resumed),
        },
      };
    },
    update(pass) {
      const out: [string, number[]][] = [];
      const done: [string, string][] = [];
      for (let row = 0; row < pass.rows; row++) {
        const sequence = pass.sequences[row];
        if (sequence === undefined) continue;
        const id = name(sequence);
        const fate = core.processRow(pass, row);
        if (fate === 'nothing') continue;
        out.push([id, [outputToken(requestOf(header, id), sequence.outputs - 1)]]);
        if (fate === 'token') continue;
        end(id, sequence, fate);
        done.push([id, fate]);
      }
      return { out, done, outputs: new Map() };
    },
    propose: () => undefined,
    state: () => ({
      run: core.running.map(name),
      wait: [...core.waiting].map(name),
      free: pool.free,
    }),
    summary: (id) => ({
      outputs: sequences.get(id)?.outputs ?? 0,
      preemptions: preemptions.get(id) ?? 0,
      reason: reasons.get(id) ?? null,
    }),
  };
}

/** Sequences whose prompts and outputs are those of the recorded streams. */
function sequenceMaker(header: TraceHeader, config: EngineConfig): (id: string) => Sequence {
  const tree = new PromptTree();
  const contents = new Map<string, number>();
  const contentOf = (stream: string) => {
    const content = contents.get(stream) ?? contents.size + 1;
    contents.set(stream, content);
    return content;
  };
  return (id) => {
    const recorded = requestOf(header, id);
    const spans = recorded.prompt.map(([stream, start, tokens]) => ({
      content: contentOf(stream),
      start,
      tokens,
    }));
    return new Sequence(
      {
        index: header.requests.indexOf(recorded),
        prompt: tree.prompt(spans, `${recorded.salt ?? ''}/${recorded.lora ?? ''}`),
        outputContent: contentOf(recorded.out),
        outputTokens: ownEnd(recorded) ?? recorded.maxTokens + 1,
        maxOutputTokens: recorded.maxTokens,
        priority: recorded.prio ?? 0,
        lora: recorded.lora ?? undefined,
      },
      config.maxModelLen,
      0,
    );
  };
}

/** Outputs after which the model ends the answer by itself, if it does before the limit. */
function ownEnd(request: TraceRequest): number | undefined {
  for (let index = 0; index < request.maxTokens; index++)
    if (endsAnswer(request, outputToken(request, index))) return index + 1;
  return undefined;
}

function requestOf(header: TraceHeader, id: string): TraceRequest {
  const found = header.requests.find((request) => request.id === id);
  if (found === undefined) throw new Error(`the case has no request ${id}`);
  return found;
}

/** A list of so many blocks: only its length counts. */
function unnamed(blocks: number): number[] {
  return Array.from({ length: blocks }, () => 0);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
