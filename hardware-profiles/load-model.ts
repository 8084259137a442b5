import * as z from 'zod';

import type { SourcePosition } from '../base/user-error.ts';
import { figure } from './figure.ts';
import { modelFromConfig, parseHuggingFaceConfig } from './hugging-face-config.ts';
import type { ModelProfile } from './model-profile.ts';
import { parseProfile } from './profile-document.ts';
import { profileText, type ProfileSource, type ProfileText } from './profile-source.ts';

/** Reads a model profile by name. */
export function loadModel(source: ProfileSource, name: string, at?: SourcePosition): ModelProfile {
  return parseModel(profileText(source, 'models', name, at));
}

/** Reads a model from the text of a profile, or of a Hugging Face config.json (a file whose name ends in .json). */
export function parseModel(input: ProfileText): ModelProfile {
  if (input.file.endsWith('.json')) {
    const folders = input.file.split('/');
    const name =
      (folders.at(-1) === 'config.json' ? folders.at(-2) : folders.at(-1)?.replace('.json', '')) ?? 'model';
    return {
      ...modelFromConfig(parseHuggingFaceConfig(input), name, input.file),
      card: undefined,
      topKTopP: false,
      source: input.file,
      parameters: undefined,
      activeParameters: undefined,
      kvBytesPerToken: undefined,
    };
  }
  const raw = parseProfile(input, Schema);
  return {
    ...modelFromConfig(raw.config, raw.name, input.file),
    card: raw.card,
    ...(raw.other_parameters !== undefined && { otherParameters: raw.other_parameters.value }),
    topKTopP: raw.generation_config !== undefined,
    source: raw.config_source,
    parameters: raw.parameters,
    activeParameters: raw.active_parameters,
    kvBytesPerToken: raw.kv_bytes_per_token,
  };
}

const Schema = z.strictObject({
  name: z.string(),
  card: z.string(),
  parameters: figure(),
  active_parameters: figure().optional(),
  kv_bytes_per_token: figure('bytes').optional(),
  /** Beside the language model: a vision tower. */
  other_parameters: figure().optional(),
  /** What the model's generation_config.json says of sampling, where it does. */
  generation_config: z
    .strictObject({ top_k: z.number().optional(), top_p: z.number().optional(), source: z.string() })
    .optional(),
  /** Source of every figure under `config`; their kind is `vendor`. */
  config_source: z.string(),
  /** Keys of the model's Hugging Face config.json, verbatim; those that nothing reads may be left out. */
  config: z.record(z.string(), z.unknown()),
});
