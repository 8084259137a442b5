import { didYouMean } from '../../base/nearest.ts';
import type { Assembly } from './assembly.ts';
import { configProblem, type ConfigErrorClass } from './config-error.ts';
import type { RawConfig, RawProfile, RawRef } from './raw-config.ts';
import type { FilledConfig } from './system-defaults.ts';

/** Names and types of the declared plugins. Source: EPP/config/loader/configloader.go (validatePlugins). */
export function addDeclaredPlugins(raw: RawConfig, assembly: Assembly): void {
  const names = new Set<string>();
  for (const { name: given, type, parameters, at } of raw.plugins) {
    const name = given === '' ? type : given;
    if (type === '') {
      assembly.problems.push(configProblem('plugin-type-missing', at, 'a plugin needs a type'));
      continue;
    }
    if (names.has(name)) {
      assembly.problems.push(
        configProblem('plugin-name-duplicate', at, `there are two plugins of the name "${name}"`),
      );
      continue;
    }
    names.add(name);
    if (assembly.add(name, type, parameters, at) === undefined)
      assembly.problems.push(
        configProblem(
          'plugin-type-unknown',
          at,
          `there is no plugin type "${type}"`,
          didYouMean(type, assembly.typeNames()),
        ),
      );
  }
  for (const plan of assembly.plans) {
    const wrong = plan.check(assembly.declared());
    if (wrong !== undefined)
      assembly.problems.push(configProblem('plugin-parameters', assembly.placeOf(plan.name), wrong));
  }
}

/** Profiles, handler, pickers, detector, parsers, data sources. Source: EPP/config/loader/validation.go, configloader.go. */
export function validate(raw: RawConfig, filled: FilledConfig, assembly: Assembly): void {
  const report = (kind: ConfigErrorClass, at: RawRef['at'], message: string, hint?: string): void => {
    assembly.problems.push(configProblem(kind, at, message, hint));
  };
  const known = (ref: string): string | undefined =>
    didYouMean(
      ref,
      assembly.plans.map(({ name }) => name),
    );
  const seen = new Set<string>();
  for (const profile of filled.profiles) {
    if (profile.name === '') report('profile-name-missing', profile.at, 'a scheduling profile needs a name');
    else if (seen.has(profile.name))
      report('profile-name-duplicate', profile.at, `there are two profiles of the name "${profile.name}"`);
    seen.add(profile.name);
    validateProfile(profile, assembly, report, known);
  }
  const handlers = assembly.withRole('profile-handler');
  if (handlers.length === 0)
    report(
      'no-profile-handler',
      raw.at,
      'several profiles need a profile handler',
      'declare a disagg-profile-handler',
    );
  if (handlers.length > 1)
    report(
      'two-profile-handlers',
      assembly.placeOf(handlers[1]?.name ?? ''),
      `only one profile handler is allowed: ${handlers.map(({ name }) => name).join(', ')}`,
    );
  if (handlers[0]?.type.type === 'single-profile-handler' && filled.profiles.length > 1)
    report(
      'single-handler-many-profiles',
      assembly.placeOf(handlers[0].name),
      'the single-profile-handler runs one profile only',
    );
  const detector = filled.saturationDetector;
  if (assembly.get(detector.ref) === undefined)
    report('detector-undefined', detector.at, `there is no plugin "${detector.ref}"`, known(detector.ref));
  else if (!assembly.has(detector.ref, 'detector'))
    report('detector-wrong-type', detector.at, `${detector.ref} is not a saturation detector`);
  for (const { ref, at } of filled.parsers) {
    if (assembly.get(ref) !== undefined && !assembly.has(ref, 'parser'))
      report('parser-registry', at, `${ref} is not a parser`);
  }
  validateDataLayer(raw, filled, assembly, report, known);
}

type Report = (kind: ConfigErrorClass, at: RawRef['at'], message: string, hint?: string) => void;
type Known = (ref: string) => string | undefined;

function validateProfile(profile: RawProfile, assembly: Assembly, report: Report, known: Known): void {
  let pickers = 0;
  for (const { ref, at } of profile.plugins) {
    if (ref === '')
      report('plugin-ref-missing', at, `an entry of profile "${profile.name}" has no pluginRef`);
    else if (assembly.get(ref) === undefined)
      report(
        'plugin-ref-undefined',
        at,
        `profile "${profile.name}" mentions "${ref}", which is not declared`,
        known(ref),
      );
    else if (assembly.has(ref, 'picker') && ++pickers === 2)
      report('two-pickers', at, `profile "${profile.name}" has more than one picker`);
  }
}

function validateDataLayer(
  raw: RawConfig,
  filled: FilledConfig,
  assembly: Assembly,
  report: Report,
  known: Known,
): void {
  const mentioned = [
    ...filled.sources.flatMap((source) => [source, ...source.extractors]),
    raw.dataLayer?.discovery,
    raw.dataLayer?.peerDiscovery,
    raw.dataLayer?.crossReplicaSyncer,
  ];
  for (const reference of mentioned) {
    if (reference !== undefined && assembly.get(reference.ref) === undefined)
      report(
        'data-layer-config',
        reference.at,
        `there is no plugin "${reference.ref}"`,
        known(reference.ref),
      );
  }
  const discovery = raw.dataLayer?.discovery;
  if (
    discovery !== undefined &&
    assembly.get(discovery.ref) !== undefined &&
    !assembly.has(discovery.ref, 'discovery')
  )
    report('data-layer-config', discovery.at, `${discovery.ref} discovers no endpoints`);
  for (const { ref, at } of filled.sources) {
    if (assembly.get(ref) !== undefined && !assembly.has(ref, 'source'))
      report('data-layer-runtime', at, `${ref} is not a data source`);
  }
  const brought = assembly.plans.some(({ type }) => type.bringsSource);
  if (filled.sources.length === 0 && !brought)
    report('data-layer-runtime', raw.at, 'no data sources are configured', 'leave injectDefaults at true');
}
