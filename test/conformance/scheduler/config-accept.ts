import { configErrorCode, type ConfigErrorClass } from '../../../scheduler/config/config-error.ts';
import type { EffectiveConfig } from '../../../scheduler/config/effective-config.ts';
import { tryLoadConfig } from '../../../scheduler/config/load-config.ts';
import { deepDifferences } from './deep-differences.ts';
import type { Difference, Family, Outcome } from './family.ts';
import { threw } from './guarded.ts';

/** Whether a configuration loads, and into what. */
export const configAcceptFamily: Family = {
  name: 'config-accept',
  *check(lines) {
    for (const line of lines) yield guardedCheck(line as ConfigLine);
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

function guardedCheck(line: ConfigLine): Outcome {
  const { id, name } = line;
  try {
    return checkConfig(line);
  } catch (error) {
    return { id, differences: [threw(error, name)] };
  }
}

function checkConfig(line: ConfigLine): Outcome {
  const { config, problems } = tryLoadConfig(line.yaml, { allowExperimental: line.allowExperimental });
  const cause = `${line.name}: ${problems.map(({ code, message }) => `${code} ${message}`).join('; ')}`;
  const outcome = (differences: readonly Difference[]): Outcome => ({
    id: line.id,
    kind: line.accepted ? 'accepted' : 'refused',
    differences,
  });
  if (line.accepted !== (config !== undefined))
    return outcome([{ field: 'accepted', expected: line.accepted, actual: config !== undefined, cause }]);
  if (config === undefined) {
    const wanted = line.error === undefined ? '' : configErrorCode(line.error.class);
    const found = problems.map(({ code }) => code);
    // A reader that collects all mistakes must have the reported one among them.
    if (found.includes(wanted)) {
      const placeless = problems.filter(({ at }) => at?.line === undefined || at.column === undefined);
      return outcome(
        placeless.map(({ message }) => ({
          field: 'position',
          expected: 'line, column',
          actual: undefined,
          cause: message,
        })),
      );
    }
    return outcome([{ field: 'error.class', expected: wanted, actual: found, cause }]);
  }
  const { effective } = line;
  if (effective === undefined)
    return outcome([{ field: 'effective', expected: undefined, actual: 'loads', cause }]);
  const unordered = line.unordered === true;
  return outcome(
    deepDifferences(recorded(effective, unordered), described(config.effective, unordered), cause),
  );
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
