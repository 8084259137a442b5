import type { Problem, SourcePosition } from '../../base/user-error.ts';

/** What kind of mistake a configuration has; `decode` is wrong YAML, unknown fields, wrong types in the outer schema. */
export type ConfigErrorClass =
  | 'decode'
  | 'feature-gate'
  | 'plugin-type-missing'
  | 'plugin-type-unknown'
  | 'plugin-name-duplicate'
  | 'plugin-dependency-undefined'
  | 'dependency-cycle'
  | 'plugin-parameters'
  | 'parser-type-unknown'
  | 'profile-name-missing'
  | 'profile-name-duplicate'
  | 'plugin-ref-missing'
  | 'plugin-ref-undefined'
  | 'detector-undefined'
  | 'detector-wrong-type'
  | 'two-pickers'
  | 'two-profile-handlers'
  | 'no-profile-handler'
  | 'single-handler-many-profiles'
  | 'data-layer-config'
  | 'data-layer-runtime'
  | 'flow-control-config'
  | 'parser-registry'
  | 'no-default-producer'
  | 'data-dependency'
  | 'alpha-not-allowed';

/** The stable code of a class: E_PLUGIN_PARAMETERS for plugin-parameters. */
export function configErrorCode(kind: ConfigErrorClass): string {
  return `E_${kind.toUpperCase().replaceAll('-', '_')}`;
}

/** A mistake in a configuration. */
export function configProblem(
  kind: ConfigErrorClass,
  at: SourcePosition,
  message: string,
  hint?: string,
): Problem {
  return { code: configErrorCode(kind), message, at, ...(hint === undefined ? {} : { hint }) };
}
