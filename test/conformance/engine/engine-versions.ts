import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { packageRoot } from '../../../cli/package-root.ts';
import { loadEngine } from '../../../hardware-profiles/load-engine.ts';
import type { ProfileSource } from '../../../hardware-profiles/profile-source.ts';
import type { EngineConfig, EngineRules } from '../../../sim/engine/engine-config.ts';
import type { TraceHeader } from './trace-case.ts';

/** Rules of a recorded version of vLLM (`0.33.0`); undefined when no engine profile describes it. */
export type RulesOf = (version: string) => EngineRules | undefined;

/** The rules that the shipped engine profiles state. */
export function profileRules(): RulesOf {
  const folder = path.join(packageRoot(), 'hardware-profiles');
  const source: ProfileSource = {
    names: (kind) =>
      readdirSync(path.join(folder, kind)).flatMap((file) => /^(.*)\.yaml$/.exec(file)?.[1] ?? []),
    read(kind, name) {
      const file = path.join(folder, kind, `${name}.yaml`);
      return { file, text: readFileSync(file, 'utf8') };
    },
  };
  const known = new Map(
    source.names('engines').map((name): [string, EngineRules] => {
      const { version, rules } = loadEngine(source, name);
      return [minor(version), rules];
    }),
  );
  return (version) => known.get(minor(version));
}

/** `0.33` of `0.33.0`: patch releases behave alike. */
function minor(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

/** Settings of the replica that was recorded. */
export function recordedConfig({ cfg, mode }: TraceHeader, rules: EngineRules): EngineConfig {
  return {
    blockSize: cfg.blockSize,
    numGpuBlocks: cfg.blocks,
    maxModelLen: cfg.maxModelLen,
    maxNumSeqs: cfg.maxSeqs,
    maxNumActiveSeqs: cfg.maxActiveSeqs,
    maxNumBatchedTokens: cfg.maxBatchedTokens,
    maxNumScheduledTokens: cfg.maxScheduledTokens ?? cfg.maxBatchedTokens,
    longPrefillTokenThreshold: cfg.longPrefillThreshold,
    longPrefillTokenThresholdAdaptive: cfg.longPrefillAdaptive ?? false,
    enableChunkedPrefill: cfg.chunkedPrefill,
    enablePrefixCaching: cfg.prefixCaching,
    schedulerReserveFullIsl: cfg.reserveFullIsl,
    watermark: cfg.watermark,
    policy: cfg.policy,
    asyncScheduling: mode === 'async',
    prefillScheduleInterval: cfg.prefillInterval ?? 1,
    maxNumQueuedReqs: undefined,
    maxLoras: cfg.maxLoras,
    numSpeculativeTokens: cfg.specTokens ?? 0,
    slidingWindow: cfg.slidingWindow,
    prefixCacheRetentionInterval: cfg.retention ?? undefined,
    rules,
    overhead: { ingest: 0, ingestPerToken: 0, output: 0 },
  };
}
