import type { RoutingPolicy } from '../policies/routing-policy.ts';
import { aibrixLeastRequest } from './aibrix-least-request.ts';
import { AIBRIX_CODE, AIBRIX_YAML, aibrixPrefixCache } from './aibrix-prefix-cache.ts';
import { dynamoKvRouter } from './dynamo-kv-router.ts';
import { envoyPowerOfTwo } from './envoy-power-of-two.ts';
import { prebleE2 } from './preble-e2.ts';
import { productionStackKvAware } from './production-stack-kv-aware.ts';
import { productionStackPrefixAware } from './production-stack-prefix-aware.ts';
import { CACHE_AWARE_CLI, CACHE_AWARE_LIB, sglangCacheAware } from './sglang-cache-aware.ts';
import { sglangPrefixHash } from './sglang-prefix-hash.ts';
import { stickyLeastLoaded } from './sticky-least-loaded.ts';

/**
 * Routers of other projects, by `project@version:name`; the version is a commit, a pull request, or the month in which
 * its source was read. Each call makes a fresh one. `-lib` and `-yaml` are the defaults of another place of the same
 * project: its library, its deployment file.
 */
export const RIVAL_POLICIES: ReadonlyMap<string, () => RoutingPolicy> = new Map(
  Object.entries<(name: string) => RoutingPolicy>({
    'sglang@2026-08:cache-aware': (name) => sglangCacheAware(name, CACHE_AWARE_CLI),
    'sglang@2026-08:cache-aware-lib': (name) => sglangCacheAware(name, CACHE_AWARE_LIB),
    'sglang@2026-08:prefix-hash': sglangPrefixHash,
    'production-stack@a6c01db:prefix-aware': productionStackPrefixAware,
    'production-stack@a6c01db:kv-aware': productionStackKvAware,
    'aibrix@e3e10f9:prefix-cache': (name) => aibrixPrefixCache(name, AIBRIX_CODE),
    'aibrix@e3e10f9:prefix-cache-yaml': (name) => aibrixPrefixCache(name, AIBRIX_YAML),
    'aibrix@e3e10f9:least-request': aibrixLeastRequest,
    'dynamo@2026-06:kv-router': (name) => dynamoKvRouter(name),
    'preble@2024:e2': prebleE2,
    'vllm-router@pr235:sticky-least-loaded': stickyLeastLoaded,
    'envoy@2026-08:power-of-two': envoyPowerOfTwo,
  }).map(([name, make]) => [name, () => make(name)]),
);
