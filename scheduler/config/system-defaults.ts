import type { SourcePosition } from '../../base/user-error.ts';
import { METRICS_EXTRACTOR } from '../attributes.ts';
import type { Assembly } from './assembly.ts';
import { configProblem } from './config-error.ts';
import type { RawConfig, RawDataLayer, RawProfile, RawRef } from './raw-config.ts';

/** A configuration with everything filled in that the picker fills in by itself; names are still only names. */
export interface FilledConfig {
  readonly profiles: readonly RawProfile[];
  /** The one profile was made up of all plugins; their order in it means nothing. */
  readonly generatedProfile: boolean;
  readonly parsers: readonly RawRef[];
  readonly saturationDetector: RawRef;
  readonly sources: RawDataLayer['sources'];
}

export const DEFAULT_ORDERING = 'fcfs-ordering-policy';
export const DEFAULT_FAIRNESS = 'global-strict-fairness-policy';
export const DEFAULT_USAGE_LIMIT = 'static-usage-limit-policy';
const DEFAULT_DETECTOR = 'utilization-detector';
const DEFAULT_PARSERS = ['openai-parser', 'anthropic-parser', 'vllmhttp-parser', 'passthrough-parser'];
const METRICS_SOURCE = 'metrics-data-source';

/** Source: EPP/config/loader/defaults.go of llm-d-router at ebab6879, whose order is kept: names may collide. */
export function fillDefaults(raw: RawConfig, assembly: Assembly): FilledConfig {
  const generatedProfile = raw.profiles.length === 0;
  const profiles = completeProfiles(
    generatedProfile ? [generateProfile(assembly, raw.at)] : raw.profiles,
    assembly,
    raw.at,
  );
  assembly.ensure(DEFAULT_ORDERING);
  assembly.ensure(DEFAULT_FAIRNESS);
  assembly.ensure(DEFAULT_USAGE_LIMIT);
  const parsers = completeParsers(raw, assembly);
  const given = raw.saturationDetector;
  const saturationDetector =
    given === undefined || given.ref === '' ? { ref: DEFAULT_DETECTOR, at: given?.at ?? raw.at } : given;
  if (saturationDetector.ref === DEFAULT_DETECTOR) assembly.ensure(DEFAULT_DETECTOR);
  return {
    profiles,
    generatedProfile,
    parsers,
    saturationDetector,
    sources: completeSources(raw, assembly),
  };
}

function generateProfile(assembly: Assembly, at: SourcePosition): RawProfile {
  const plugins = assembly.plans.filter(({ type }) =>
    type.roles.some((role) => role === 'filter' || role === 'scorer' || role === 'picker'),
  );
  return { name: 'default', at, plugins: plugins.map(({ name }) => ({ ref: name, at, weight: undefined })) };
}

function completeProfiles(
  profiles: readonly RawProfile[],
  assembly: Assembly,
  at: SourcePosition,
): RawProfile[] {
  if (profiles.length === 1 && assembly.withRole('profile-handler').length === 0)
    assembly.ensure('single-profile-handler');
  const [declared] = assembly.withRole('picker');
  if (declared === undefined) assembly.ensure('max-score-picker');
  const picker = declared?.name ?? 'max-score-picker';
  return profiles.map((profile) =>
    profile.plugins.some(({ ref }) => assembly.has(ref, 'picker'))
      ? profile
      : { ...profile, plugins: [...profile.plugins, { ref: picker, at, weight: undefined }] },
  );
}

function completeParsers(raw: RawConfig, assembly: Assembly): readonly RawRef[] {
  const parsers =
    raw.parsers.length > 0 ? raw.parsers : DEFAULT_PARSERS.map((ref): RawRef => ({ ref, at: raw.at }));
  for (const { ref, at } of parsers) {
    if (assembly.get(ref) !== undefined) continue;
    if (assembly.knows(ref)) assembly.ensure(ref);
    else
      assembly.problems.push(
        configProblem(
          'parser-type-unknown',
          at,
          `the parser "${ref}" is neither a declared plugin nor a type of plugin`,
        ),
      );
  }
  return parsers;
}

function completeSources(raw: RawConfig, assembly: Assembly): RawDataLayer['sources'] {
  const sources = raw.dataLayer?.sources ?? [];
  if (raw.dataLayer?.injectDefaults === false) return sources;
  if (sources.some(({ ref }) => ref === METRICS_SOURCE)) return sources;
  assembly.ensure(METRICS_SOURCE);
  assembly.ensure(METRICS_EXTRACTOR);
  const at = raw.at;
  return [...sources, { ref: METRICS_SOURCE, at, extractors: [{ ref: METRICS_EXTRACTOR, at }] }];
}
