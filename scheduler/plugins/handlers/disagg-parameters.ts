import type { ParameterReader } from '../../config/parameter-reader.ts';

export interface DisaggParameters {
  readonly prefillFirst: boolean;
  readonly decode: string;
  readonly prefill: string;
  readonly encode: string;
  readonly prefillDecider: string | undefined;
  readonly encodeDecider: string | undefined;
}

const NESTED = ['stageOrder', 'profiles', 'deciders'];
const FLAT = [
  'decodeProfile',
  'prefillProfile',
  'encodeProfile',
  'prefillDeciderPluginName',
  'encodeDeciderPluginName',
  'deciderPluginName',
];

/** The nested form, or the flat one of earlier versions; the two do not mix. */
export function readDisaggParameters(reader: ParameterReader): DisaggParameters {
  const nested = NESTED.some((key) => reader.has(key));
  const flat = FLAT.some((key) => reader.has(key));
  if (nested && flat)
    reader.refuse(
      undefined,
      `mix the nested form (${NESTED.join(', ')}) with the flat one (${FLAT.join(', ')})`,
    );
  if (flat) {
    const formerName = reader.string('deciderPluginName');
    return {
      prefillFirst: false,
      decode: reader.string('decodeProfile') || 'decode',
      prefill: reader.string('prefillProfile') || 'prefill',
      encode: reader.string('encodeProfile') || 'encode',
      prefillDecider: reader.string('prefillDeciderPluginName') || formerName || undefined,
      encodeDecider: reader.string('encodeDeciderPluginName') || undefined,
    };
  }
  const prefillFirst = readStageOrder(reader);
  const profiles = reader.object('profiles');
  const deciders = reader.object('deciders');
  const prefillDecider = deciders.string('prefill') || undefined;
  if (prefillFirst && prefillDecider !== undefined)
    deciders.refuse('prefill', 'makes no sense with the stage order prefill-first');
  return {
    prefillFirst,
    decode: profiles.string('decode') || 'decode',
    prefill: profiles.string('prefill') || 'prefill',
    encode: profiles.string('encode') || 'encode',
    prefillDecider,
    encodeDecider: deciders.string('encode') || undefined,
  };
}

function readStageOrder(reader: ParameterReader): boolean {
  const word = reader.string('stageOrder', '').replaceAll(/[-_]/g, '').toLowerCase();
  if (word === 'prefillfirst' || word === 'prefill') return true;
  if (word !== '' && word !== 'decodefirst' && word !== 'decode')
    reader.refuse('stageOrder', 'must be decode-first or prefill-first');
  return false;
}
