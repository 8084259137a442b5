import type { WeightFormat } from '../../hardware-profiles/model-profile.ts';

/*
 * How measurements write the formats of weights: aiconfigurator's GEMMQuantMode (src/aiconfigurator/sdk/common.py), vLLM's
 * --quantization and --dtype, and the suffixes of checkpoints on Hugging Face. FP16 is as wide as BF16.
 */
const WORDS: Readonly<Record<WeightFormat, RegExp>> = {
  bf16: /^(bf16|bfloat16|fp16|float16|half)$/,
  fp8: /^(fp8|fp8_(e4m3|static|dynamic))$/,
  'fp8-block': /^fp8_block$/,
  int8: /^(int8|int8_wo|w8a8|w8a16)$/,
  int4: /^(int4|int4_wo|w4a16|awq|gptq|awq_marlin|gptq_marlin|awq_int4|gptq_int4)$/,
  mxfp4: /^(mxfp4|w4a16_mxfp4)$/,
  nvfp4: /^(fp4|nvfp4|modelopt_fp4)$/,
};

/** The format that a word means; undefined for one that is not known. */
export function formatInWord(word: string): WeightFormat | undefined {
  const plain = word
    .toLowerCase()
    .replaceAll('-', '_')
    .replace(/^quantized\./, '');
  const formats: readonly string[] = Object.keys(WORDS);
  return formats.filter(isFormat).find((format) => WORDS[format].test(plain));
}

function isFormat(name: string): name is WeightFormat {
  return name in WORDS;
}

/** The format in the name of a checkpoint ("Qwen3-32B-FP8", "...-FP8-block", "...-GPTQ-Int8"); undefined = none is named. */
export function formatInName(path: string): WeightFormat | undefined {
  const [org = '', ...rest] = path.replace(/ \(.*\)$/, '').split('/');
  const words = (rest.findLast((part) => part !== '') ?? org).toLowerCase().split(/[-_ ]+/);
  const named = words.flatMap((word) => formatInWord(word) ?? []);
  const format = named.includes('int8') ? 'int8' : named[0];
  // "fine-grained fp8 quantization with block size of 128" (https://huggingface.co/Qwen/Qwen3-32B-FP8).
  const inBlocks = words.includes('block') || org.toLowerCase() === 'qwen';
  return format === 'fp8' && inBlocks ? 'fp8-block' : format;
}
