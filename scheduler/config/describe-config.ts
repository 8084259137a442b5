import type { Assembly } from './assembly.ts';
import type { DataGraph } from './data-graph.ts';
import type { EffectiveConfig, EffectiveFlowControl, EffectiveProfile } from './effective-config.ts';
import type { FeatureGates } from './feature-gates.ts';
import type { RawProfile } from './raw-config.ts';
import type { FilledConfig } from './system-defaults.ts';

/** The effective configuration in names. Of a configuration with mistakes it may make no sense. */
export function describeConfig(parts: {
  readonly assembly: Assembly;
  readonly filled: FilledConfig;
  readonly gates: FeatureGates;
  readonly flowControl: EffectiveFlowControl | undefined;
  readonly graph: DataGraph;
}): EffectiveConfig {
  const { assembly, filled, gates, flowControl, graph } = parts;
  const auto = assembly.autoProducers.map(({ name }) => name);
  return {
    plugins: assembly.plans
      .filter(({ name }) => !auto.includes(name))
      .map(({ name, type }) => ({ name, type: type.type })),
    autoProducers: auto.sort(),
    profileHandler: assembly.withRole('profile-handler')[0]?.name ?? '',
    profiles: filled.profiles.map((profile) => describeProfile(profile, assembly)),
    generatedProfile: filled.generatedProfile,
    parsers: filled.parsers.map(({ ref }) => ref),
    dataSources: filled.sources.map(({ ref, extractors }) => ({
      name: ref,
      extractors: extractors.map((extractor) => extractor.ref),
    })),
    saturationDetector: filled.saturationDetector.ref,
    featureGates: { ...gates },
    producers: graph.producers.map(({ name }) => name),
    producerRunsAfter: graph.runsAfter,
    flowControl,
  };
}

function describeProfile({ name, plugins }: RawProfile, assembly: Assembly): EffectiveProfile {
  return {
    name,
    filters: plugins.filter(({ ref }) => assembly.has(ref, 'filter')).map(({ ref }) => ref),
    scorers: plugins
      .filter(({ ref }) => assembly.has(ref, 'scorer'))
      .map(({ ref, weight }) => ({ name: ref, weight: weight ?? 1 })),
    picker: plugins.find(({ ref }) => assembly.has(ref, 'picker'))?.ref ?? '',
  };
}
