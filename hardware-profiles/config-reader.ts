import { UserError } from '../base/user-error.ts';

/** A config.json as a plain object, or a part of one. */
export type HuggingFaceConfig = Readonly<Record<string, unknown>>;

/** Reads sizes under alternative names. */
export class ConfigReader {
  readonly config: HuggingFaceConfig;
  private readonly file: string;

  constructor(config: HuggingFaceConfig, file: string) {
    this.config = config;
    this.file = file;
  }

  optional(...names: readonly string[]): number | undefined {
    for (const name of names) {
      const value = this.config[name];
      if (typeof value === 'number' && Number.isFinite(value)) return value;
    }
    return undefined;
  }

  /** Throws UserError when the config has none of these sizes. */
  size(...names: readonly string[]): number {
    const value = this.optional(...names);
    if (value !== undefined && value > 0) return value;
    throw this.refusal(`has no ${names.join(' or ')}`, 'add the field, or give the pool a step_time instead');
  }

  /** The error of a config that cannot be read; `message` follows "the model's config". */
  refusal(message: string, hint: string): UserError {
    return new UserError({
      code: 'E_MODEL_CONFIG',
      message: `the model's config ${message}`,
      at: { file: this.file },
      hint,
    });
  }
}

/** The first of a list of texts, or the text itself. */
export function firstText(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : undefined;
}
