import { configErrorCode, type ConfigErrorClass } from '../../../scheduler/config/config-error.ts';
import type { EffectiveConfig } from '../../../scheduler/config/effective-config.ts';
import { tryLoadConfig } from '../../../scheduler/config/load-config.ts';
import { deepDifferences } from './deep-differences.ts';
import type { Difference, Family, Outcome } from './family.ts';
import { guarded } from './guarded.ts';

/** Whether a configuration loads, and into what. */
export const configAcceptFamily: Family = {
  name: 'config-accept',
  *check(lines) {
    for (const line of lines as Iterable<ConfigLine>) yield checkConfig(line);
  },
};

interface ConfigLine {
  readonly id: string;
  readonly name: string;
  readonly allowExperimental: boolean;
  readonly yaml: string;
  readonly accepted: boolean;
  readonly error?: { readonly class: ConfigErrorClass };
  readonly effective?: RecordedEffective;
  readonly unordered?: boolean;
}

interface RecordedEffective {
  readonly plugins: readonly { readonly name: string; readonly type: string }[];
  readonly autoProducers: readonly { readonly name: string; readonly type: string }[];
  readonly profiles: readonly RecordedProfile[];
  readonly producerRunsAfter: readonly (readonly [string, string])[];
  readonly [key: string]: unknown;
}

interface RecordedProfile {
  readonly name: string;
  readonly filters: readonly string[];
  readonly scorers: readonly { readonly name: string; readonly weight: number }[];
  readonly picker: string;
}

function checkConfig(line: ConfigLine): Outcome {
  const kind = line.accepted ? 'accepted' : 'refused';
  return { id: line.id, kind, differences: guarded(() => differencesOf(line), line.name) };
}

function differencesOf(line: ConfigLine): Difference[] {
  const { config, problems } = tryLoadConfig(line.yaml, { allowExperimental: line.allowExperimental });
  const cause = `${line.name}: ${problems.map(({ code, message }) => `${code} ${message}`).join('; ')}`;
  if (line.accepted !== (config !== undefined))
    return [{ field: 'accepted', expected: line.accepted, actual: config !== undefined, cause }];
  if (config === undefined) {
    const wanted = line.error === undefined ? '' : configErrorCode(line.error.class);
    const found = problems.map(({ code }) => code);
    // A reader that collects all mistakes must have the reported one among them.
    if (!found.includes(wanted)) return [{ field: 'error.class', expected: wanted, actual: found, cause }];
    const placeless = problems.filter(({ at }) => at?.line === undefined || at.column === undefined);
    return placeless.map(({ message }) => ({
      field: 'position',
      expected: 'line, column',
      actual: undefined,
      cause: message,
    }));
  }
  const { effective } = line;
  if (effective === undefined) return [{ field: 'effective', expected: undefined, actual: 'loads', cause }];
  const unordered = line.unordered === true;
  return deepDifferences(recorded(effective, unordered), described(config.effective, unordered), cause);
}

function recorded(effective: RecordedEffective, unordered: boolean): unknown {
  return {
    ...effective,
    profiles: effective.profiles.map((profile) => (unordered ? sorted(profile) : profile)),
    producerRunsAfter: pairs(effective.producerRunsAfter),
  };
}

function described(config: EffectiveConfig, unordered: boolean): unknown {
  const { generatedProfile: _, flowControl, ...rest } = config;
  return {
    ...rest,
    autoProducers: config.autoProducers.map((name) => ({ name, type: name })),
    profiles: config.profiles.map((profile) => (unordered ? sorted(profile) : profile)),
    dataSources: config.dataSources.map(({ name, extractors }) => ({ source: name, extractors })),
    producers: [...config.producers].sort(),
    producerRunsAfter: pairs(config.producerRunsAfter),
    ...(flowControl !== undefined && {
      flowControl: {
        maxBytes: flowControl.maxBytes,
        maxRequests: flowControl.maxRequests,
        defaultRequestTtlSeconds: flowControl.defaultRequestTtl,
        noEndpointRequestTtlSeconds: flowControl.noEndpointRequestTtl,
        usageLimitPolicy: flowControl.usageLimitPolicy,
        enableEviction: flowControl.enableEviction,
        bands: Object.fromEntries(flowControl.bands.map(({ priority, ...band }) => [String(priority), band])),
        defaultBand: flowControl.defaultBand,
        defaultNegativeBand: flowControl.defaultNegativeBand,
      },
    }),
  };
}

function sorted(profile: RecordedProfile): RecordedProfile {
  return {
    ...profile,
    filters: [...profile.filters].sort(),
    scorers: [...profile.scorers].sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

function pairs(list: readonly (readonly [string, string])[]): string[] {
  return list.map(([a, b]) => `${a} after ${b}`).sort();
}
