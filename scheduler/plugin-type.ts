import type { Random } from '../base/random.ts';
import type { ParameterReader } from './config/parameter-reader.ts';
import type { DataKey } from './data-key.ts';
import type { Endpoint } from './endpoint.ts';
import type { LatencyPredictor } from './latency-predictor.ts';
import type { Plugin } from './plugin.ts';

/** What a plugin may be used for in a configuration. */
export type Role =
  | 'filter'
  | 'scorer'
  | 'picker'
  | 'profile-handler'
  | 'decider'
  | 'screener'
  | 'producer'
  | 'admitter'
  | 'pre-request'
  | 'request-header'
  | 'detector'
  | 'fairness'
  | 'ordering'
  | 'usage-limit'
  | 'eviction-filter'
  | 'eviction-order'
  | 'parser'
  | 'source'
  | 'extractor'
  | 'discovery'
  | 'reporter';

export type Maturity = 'beta' | 'alpha' | 'deprecated' | 'test';

/** Data that a plugin reads and writes: texts of data keys. */
export interface DataNeeds {
  /** Must be produced by somebody: creates the default producer where there is none, and orders producers. */
  readonly requires?: readonly string[];
  /** Read if it is there; neither creates nor orders. */
  readonly optional?: readonly string[];
  readonly produces?: readonly string[];
}

/** A plugin as its file defines it. P: its decoded parameters. */
export interface PluginDefinition<P> {
  readonly type: string;
  readonly roles: readonly Role[];
  readonly maturity: Maturity;
  /** Neither a decision vector nor a worked example checks it: every report that uses it says so. */
  readonly unverified?: true;
  /** Reads the parameters; mistakes are reported to the reader. Absent: parameters are never looked at. */
  readonly parameters?: (reader: ParameterReader) => P;
  /** Refused when declared without parameters. */
  readonly needsParameters?: true;
  /** Registers an endpoint-notification source of its own at start-up. */
  readonly bringsSource?: true;
  /** `declared`: all plugins of the configuration. */
  readonly data?: (parameters: P, name: string, declared: readonly DeclaredPlugin[]) => DataNeeds;
  /** Names of plugins that the parameters mention: created before this one. */
  readonly references?: (parameters: P) => readonly string[];
  /** Looks at the plugins that the parameters mention; a text says what is wrong with one. */
  readonly check?: (parameters: P, declared: readonly DeclaredPlugin[]) => string | undefined;
  /** Makes the plugin. Absent: it has no part in decisions (a parser, a data source), or `notSimulated` says why it lacks one. */
  readonly create?: (parameters: P, context: PluginContext) => Plugin;
  readonly notSimulated?: string;
}

/** A plugin type of the registry; what is particular to its parameters is closed over. */
export interface PluginType {
  readonly type: string;
  readonly roles: readonly Role[];
  readonly maturity: Maturity;
  readonly unverified: boolean;
  readonly notSimulated: string | undefined;
  readonly readsParameters: boolean;
  readonly needsParameters: boolean;
  readonly bringsSource: boolean;
  /** Whether there is something to make. */
  readonly takesPart: boolean;
  /** Decodes the parameters of one declaration. Mistakes go to the reader; the plan is then of no use. */
  prepare(name: string, reader: ParameterReader): PluginPlan;
}

/** A plugin that a configuration declares. */
export interface DeclaredPlugin {
  readonly name: string;
  readonly type: PluginType;
}

/** A declared plugin with its parameters decoded, ready to be made any number of times. */
export interface PluginPlan extends DeclaredPlugin {
  readonly references: readonly string[];
  data(declared: readonly DeclaredPlugin[]): DataNeeds;
  check(declared: readonly DeclaredPlugin[]): string | undefined;
  /** Decoded parameters, defaults filled in: for the effective configuration and for tests. */
  readonly parameters: unknown;
  create(context: PluginContext): Plugin;
}

/** How pickers order endpoints with equal totals: see max-score-picker. */
export type TieBreak = 'random' | 'rotate-all' | 'rotate-tier';

/** What a plugin gets to know when it is made. */
export interface PluginContext {
  readonly name: string;
  key<T>(text: string): DataKey<T>;
  /** How pickers order endpoints with equal totals. */
  readonly tieBreak: TieBreak;
  /** What predicts latencies; undefined = nobody does. */
  readonly latencyPredictor: LatencyPredictor | undefined;
  /** A random stream of its own; equal seeds give equal draws. */
  random(stream?: string): Random;
  /** A plugin made before it: one that its parameters mention. */
  plugin(name: string): Plugin | undefined;
  /** Every plugin made before it. */
  plugins(): readonly Plugin[];
  /** The endpoints that are present, in candidate order. */
  endpoints(): readonly Endpoint[];
}

/** Turns a definition into a registry entry. */
export function definePlugin<P = undefined>(definition: PluginDefinition<P>): PluginType {
  const entry: PluginType = {
    type: definition.type,
    roles: definition.roles,
    maturity: definition.maturity,
    unverified: definition.unverified === true,
    notSimulated: definition.notSimulated,
    readsParameters: definition.parameters !== undefined,
    needsParameters: definition.needsParameters === true,
    bringsSource: definition.bringsSource === true,
    takesPart: definition.create !== undefined,
    prepare(name, reader) {
      const parameters = definition.parameters?.(reader) as P;
      const create = definition.create;
      return {
        name,
        type: entry,
        parameters,
        data: (declared) => definition.data?.(parameters, name, declared) ?? {},
        check: (declared) => definition.check?.(parameters, declared),
        references: definition.references?.(parameters) ?? [],
        create(context) {
          if (create === undefined) throw new Error(`${definition.type} cannot be made`);
          return create(parameters, context);
        },
      };
    },
  };
  return entry;
}
