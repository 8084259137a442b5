import type { Bytes, Seconds } from '../../base/units.ts';

/** A configuration after all defaults: names refer to plugins. */
export interface EffectiveConfig {
  /** Declared plugins, then injected ones, in order. */
  readonly plugins: readonly { readonly name: string; readonly type: string }[];
  /** Producers that were created because some plugin needs their data. */
  readonly autoProducers: readonly string[];
  readonly profileHandler: string;
  readonly profiles: readonly EffectiveProfile[];
  /** The one profile was made up of all declared filters, scorers and pickers: their order in it is the declared one. */
  readonly generatedProfile: boolean;
  readonly parsers: readonly string[];
  readonly dataSources: readonly EffectiveSource[];
  readonly saturationDetector: string;
  readonly featureGates: Readonly<Record<string, boolean>>;
  /** In an order in which they may run. */
  readonly producers: readonly string[];
  /** Pairs [a, b]: a runs after b. Other orders are free. */
  readonly producerRunsAfter: readonly (readonly [string, string])[];
  /** Present with the feature gate flowControl. */
  readonly flowControl: EffectiveFlowControl | undefined;
}

export interface EffectiveProfile {
  readonly name: string;
  readonly filters: readonly string[];
  readonly scorers: readonly { readonly name: string; readonly weight: number }[];
  readonly picker: string;
}

export interface EffectiveSource {
  readonly name: string;
  readonly extractors: readonly string[];
}

export interface EffectiveFlowControl {
  /** 0 = unlimited. */
  readonly maxBytes: Bytes;
  readonly maxRequests: number;
  readonly defaultRequestTtl: Seconds;
  readonly noEndpointRequestTtl: Seconds;
  readonly usageLimitPolicy: string;
  readonly enableEviction: boolean;
  /** From the highest priority to the lowest. */
  readonly bands: readonly PriorityBand[];
  /** Templates for bands of priorities that are not listed. */
  readonly defaultBand: BandSettings;
  readonly defaultNegativeBand: BandSettings | undefined;
}

export interface BandSettings {
  readonly maxBytes: Bytes;
  readonly maxRequests: number;
  readonly fairness: string;
  readonly ordering: string;
}

export interface PriorityBand extends BandSettings {
  readonly priority: number;
}
