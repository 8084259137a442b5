import type { EngineRules } from '../../../sim/engine/engine-config.ts';
import type { PlainConfig } from './plain-config.ts';

/** The settings under which the rule that `config.ablation` names does not hold, where settings suffice for that. */
export function ablatedConfig(config: PlainConfig): PlainConfig {
  switch (config.ablation) {
    case 'long-prefill-threshold':
      return { ...config, longPrefillTokenThreshold: 0 };
    case 'running-limit':
      return { ...config, maxNumSeqs: Infinity, maxNumActiveSeqs: undefined };
    case 'chunked-prefill-switch':
      return { ...config, enableChunkedPrefill: true };
    case 'prefill-interval':
      return { ...config, prefillScheduleInterval: 1 };
    case 'adapter-limit':
      return { ...config, maxLoras: undefined };
    case 'whole-sequence-fits':
      return { ...config, schedulerReserveFullIsl: false };
    case 'gate-switch':
      return { ...config, schedulerReserveFullIsl: true };
    case 'watermark':
      return { ...config, watermark: 0 };
    case 'retention':
      return { ...config, prefixCacheRetentionInterval: undefined };
    default:
      return { ...config, rules: ablatedRules(config) };
  }
}

/** Rules of the other kind of version, where versions differ. */
function ablatedRules({ ablation, rules }: PlainConfig): EngineRules {
  switch (ablation) {
    case 'threshold-alone':
      return { ...rules, longPrefillThresholdWhenAlone: !rules.longPrefillThresholdWhenAlone };
    case 'own-victim':
      return { ...rules, ownVictim: rules.ownVictim === 'end' ? 'continue' : 'end' };
    case 'written-victim':
      return { ...rules, victimBeingWritten: rules.victimBeingWritten === 'spare' ? 'preempt' : 'spare' };
    case 'adapters-counted':
      return { ...rules, lorasCounted: rules.lorasCounted === 'running' ? 'scheduled' : 'running' };
    case 'skipped-queue':
      return { ...rules, skippedWait: rules.skippedWait === 'front' ? 'own-queue' : 'front' };
    case 'accepted-drafts':
      return {
        ...rules,
        acceptedDraftsFindable: rules.acceptedDraftsFindable === 'output' ? 'next-schedule' : 'output',
      };
    default:
      return rules;
  }
}
