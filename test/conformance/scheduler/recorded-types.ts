/** What the recorded files hold, as far as scorers and stateful files share it. See the README beside the recordings. */

export interface ConfigLine {
  readonly kind: 'config';
  readonly id: string;
  readonly allowExperimental: boolean;
  readonly yaml: string;
}

export interface RecordedMetrics {
  readonly waiting?: number;
  readonly running?: number;
  readonly kv?: number;
  readonly active?: Readonly<Record<string, number>>;
  readonly waitingModels?: Readonly<Record<string, number>>;
  readonly maxActive?: number;
  readonly blockSize?: number;
  readonly numBlocks?: number;
  readonly ageMs?: number;
}

export interface RecordedEndpoint {
  readonly id: string;
  readonly address: string;
  readonly port: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly metrics?: RecordedMetrics;
  readonly attrs?: Readonly<Record<string, unknown>>;
}

export type Segment = readonly [seed: number, start: number, count: number];

export interface RecordedRequest {
  readonly id: string;
  readonly model?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly priority?: number;
  readonly fairnessId?: string;
  readonly prompts?: readonly (readonly Segment[])[] | null;
  readonly cacheSalt?: string;
  readonly maxTokens?: number;
  readonly images?: readonly { readonly hash: string; readonly size: number }[];
  readonly peerTopology?: Readonly<Record<string, string>>;
}

export interface RecordedError {
  readonly code?: string;
  readonly http: number;
  readonly reason?: string;
}

export interface RecordedProfile {
  readonly name: string;
  readonly filters?: readonly { readonly plugin: string; readonly kept?: readonly string[] | null }[];
  readonly scorers?: readonly {
    readonly plugin: string;
    readonly weight: number;
    readonly scores?: Readonly<Record<string, number | string>>;
  }[];
  readonly totals?: Readonly<Record<string, number | string>>;
  readonly argmax?: readonly string[];
  readonly pick?: readonly string[];
  readonly error?: RecordedError;
}
