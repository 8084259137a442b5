import type { ParameterReader } from '../../config/parameter-reader.ts';
import { parseGoDuration } from '../../config/go-duration.ts';
import type { Seconds, Tokens } from '../../../base/units.ts';

/** Parameters of a precise prefix index; the transport of KV events is the host's business. */
export interface PreciseParameters {
  readonly blockTokens: Tokens;
  /** Entries that one key remembers (endpoint and tier); Infinity for the backends that have no such limit. */
  readonly holdersPerKey: number;
  readonly maxKeys: number;
  /** Weight of a block by tier; 1 for a tier that is not named. */
  readonly tierWeights: ReadonlyMap<string, number>;
  /** How long blocks count as stored because their prompt was just sent; undefined = they do not. */
  readonly speculativeTtl: Seconds | undefined;
}

/** Defaults: pkg/kvcache (backend.go, kvblock/in_memory.go, token_processor.go), preciseprefixcache/prerequest.go. */
const BLOCK_TOKENS = 16;
const MAX_KEYS = 1e8;
const HOLDERS_PER_KEY = 10;
const TIER_WEIGHTS: ReadonlyMap<string, number> = new Map([
  ['gpu', 1],
  ['cpu', 0.8],
]);
const SPECULATIVE_TTL = 2;

/** Reads what precise-prefix-cache-producer and the deprecated precise-prefix-cache-scorer take. */
export function readPreciseParameters(reader: ParameterReader): PreciseParameters {
  const blockTokens = readBlockTokens(reader.object('tokenProcessorConfig'));
  const indexer = reader.object('indexerConfig');
  if (indexer.object('tokenizersPoolConfig').given)
    indexer.refuse('tokenizersPoolConfig', 'is not supported: declare a token-producer');
  readEvents(reader.object('kvEventsConfig'));
  return {
    blockTokens,
    ...readIndex(indexer.object('kvBlockIndexConfig')),
    tierWeights: readTierWeights(indexer),
    speculativeTtl: readSpeculativeTtl(reader),
  };
}

function readBlockTokens(reader: ParameterReader): Tokens {
  const tokens = reader.int('blockSizeTokens', 0);
  const old = reader.int('blockSize', 0);
  reader.string('hashSeed');
  const algorithm = reader.string('hashAlgorithm', '');
  if (!['', 'cbor-fnv', 'xxh64'].includes(algorithm))
    reader.refuse('hashAlgorithm', `must be cbor-fnv or xxh64, not ${algorithm}`);
  const size = tokens === 0 ? old : tokens;
  if (size < 0) reader.refuse(tokens < 0 ? 'blockSizeTokens' : 'blockSize', 'must be above 0');
  return size === 0 ? BLOCK_TOKENS : Math.abs(size);
}

function readIndex(reader: ParameterReader): { readonly holdersPerKey: number; readonly maxKeys: number } {
  const memory = reader.object('inMemoryConfig');
  const maxKeys = memory.int('size', MAX_KEYS);
  const holders = memory.int('podCacheSize', HOLDERS_PER_KEY);
  const redis = reader.object('redisConfig');
  redis.ignore('address', 'backendType', 'enableRDMA');
  const costAware = reader.object('costAwareMemoryConfig');
  costAware.ignore('size');
  reader.bool('enableMetrics');
  reader.ignore('metricsLoggingInterval');
  const inMemory = !redis.given && !costAware.given;
  if (inMemory && maxKeys <= 0) memory.refuse('size', 'must be above 0');
  return {
    maxKeys: Math.max(1, maxKeys),
    holdersPerKey: !inMemory ? Infinity : holders <= 0 ? HOLDERS_PER_KEY : holders,
  };
}

function readTierWeights(indexer: ParameterReader): ReadonlyMap<string, number> {
  const backends = indexer.objects('kvCacheBackendConfigs');
  if (backends === undefined) return TIER_WEIGHTS;
  return new Map(backends.map((backend) => [backend.string('name', ''), backend.float('weight', 0)]));
}

function readEvents(reader: ParameterReader): void {
  for (const name of ['zmqEndpoint', 'topicFilter']) reader.string(name);
  reader.int('concurrency');
  reader.bool('discoverPods');
  const engine = reader.string('engineType', '');
  if (!['', 'vllm', 'sglang'].includes(engine))
    reader.refuse('engineType', `must be vllm or sglang, not ${engine}`);
  const discovery = reader.object('podDiscoveryConfig');
  for (const name of ['podLabelSelector', 'podNamespace']) discovery.string(name);
  for (const name of ['socketPort', 'replaySocketPort']) discovery.int(name);
}

function readSpeculativeTtl(reader: ParameterReader): Seconds | undefined {
  const enabled = reader.bool('speculativeIndexing', false);
  const text = reader.string('speculativeTTL', '');
  if (!enabled) return undefined;
  const seconds = text === '' ? 0 : parseGoDuration(text);
  if (seconds === undefined) reader.refuse('speculativeTTL', `must be a duration such as "2s", not ${text}`);
  return seconds !== undefined && seconds > 0 ? seconds : SPECULATIVE_TTL;
}
