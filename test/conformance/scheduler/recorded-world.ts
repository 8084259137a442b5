import type { Prompt } from '../../../base/prompt.ts';
import { PromptTree } from '../../../base/prompt-tree.ts';
import type { InFlightLoad, PrefixMatch } from '../../../scheduler/attributes.ts';
import type { EndpointInfo } from '../../../scheduler/endpoint.ts';
import { NO_METRICS, type Metrics } from '../../../scheduler/metrics.ts';
import type { InferenceRequest } from '../../../scheduler/request.ts';
import type { StoredTokens } from '../../../scheduler/kv-event.ts';
import type { RecordedEndpoint, RecordedMetrics, RecordedRequest, Segment } from './recorded-types.ts';
import { TreeTokens } from './tree-tokens.ts';

/** Turns recorded requests of one sequence into ours: their prompts share a tree, so that equal tokens are equal. */
export class RecordedPrompts {
  private readonly tree = new PromptTree();
  private readonly tokens = new TreeTokens(this.tree);

  /** The tokens of a KV event. */
  stored(segments: readonly Segment[]): StoredTokens {
    return this.tokens.stored(segments.map(([content, start, tokens]) => ({ content, start, tokens })));
  }

  request(recorded: RecordedRequest, now: number): InferenceRequest {
    const model = recorded.model ?? '';
    const scope = `${model}${recorded.cacheSalt ?? ''}`;
    const prompts = (recorded.prompts ?? [[]]).map((segments): Prompt =>
      this.tree.prompt(
        segments.map(([seed, start, tokens]) => ({ content: seed, start, tokens })),
        scope,
      ),
    );
    return {
      id: recorded.id,
      model,
      headers: { 'x-request-id': recorded.id, ...recorded.headers },
      priority: recorded.priority ?? 0,
      prompts,
      bytes: 0,
      receivedAt: now,
      features: (recorded.prompts === null ? [] : (recorded.images ?? [])).map(({ hash, size }, j) => ({
        prompt: 0,
        hash,
        offset: 16 * j,
        length: size,
      })),
      ...(recorded.fairnessId !== undefined && { fairnessId: recorded.fairnessId }),
      ...(recorded.cacheSalt !== undefined && { cacheSalt: recorded.cacheSalt }),
      ...(recorded.maxTokens !== undefined && { maxOutputTokens: recorded.maxTokens }),
    };
  }
}

export function endpointInfo({ id, address, port, labels }: RecordedEndpoint): EndpointInfo {
  return { id, address, port, ...(labels !== undefined && { labels }) };
}

export function metricsOf(recorded: RecordedMetrics | undefined, now: number): Metrics {
  if (recorded === undefined) return NO_METRICS;
  return {
    waiting: recorded.waiting ?? 0,
    running: recorded.running ?? 0,
    kvUsage: recorded.kv ?? 0,
    blockSize: recorded.blockSize ?? 0,
    numBlocks: recorded.numBlocks ?? 0,
    activeAdapters: recorded.active ?? {},
    waitingAdapters: recorded.waitingModels ?? {},
    maxActiveAdapters: recorded.maxActive ?? 0,
    updatedAt: now - (recorded.ageMs ?? 0) / 1000,
  };
}

/** Our value of a recorded attribute. */
export function attributeOf(key: string, value: unknown): unknown {
  if (key.startsWith('PrefixCacheMatchInfoDataKey/')) return prefixMatch(value as RecordedMatch);
  if (key.startsWith('UncachedRequestTokensDataKey/')) return (value as { tokens: number }).tokens;
  return value;
}

/** A recorded attribute's form of our value. */
export function recordedForm(key: string, value: unknown): unknown {
  if (key.startsWith('PrefixCacheMatchInfoDataKey/')) {
    const { matchBlocks, totalBlocks, blockSizeTokens, cachedBlocks, cachedBlocksByTier } =
      value as PrefixMatch;
    return {
      match: matchBlocks,
      total: totalBlocks,
      blockSize: blockSizeTokens,
      cached: cachedBlocks,
      byTier: cachedBlocksByTier,
    };
  }
  if (key.startsWith('UncachedRequestTokensDataKey/')) return { tokens: value };
  if (key.startsWith('InFlightLoadDataKey/')) return { ...(value as InFlightLoad) };
  return value;
}

/** A recorded attribute with the values that it leaves out. */
export function completedForm(key: string, value: unknown): unknown {
  if (!key.startsWith('PrefixCacheMatchInfoDataKey/')) return value;
  const match = value as RecordedMatch;
  return { ...match, cached: match.cached ?? match.match };
}

interface RecordedMatch {
  readonly match: number;
  readonly total: number;
  readonly blockSize: number;
  readonly cached?: number;
  readonly byTier?: Readonly<Record<string, number>>;
}

function prefixMatch({ match, total, blockSize, cached, byTier }: RecordedMatch): PrefixMatch {
  return {
    matchBlocks: match,
    totalBlocks: total,
    blockSizeTokens: blockSize,
    cachedBlocks: cached ?? match,
    ...(byTier !== undefined && { cachedBlocksByTier: byTier }),
  };
}
