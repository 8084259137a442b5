import type { ProfileSource } from '../../hardware-profiles/profile-source.ts';
import { formatInWord } from './format-words.ts';

/**
 * The profile of a model by its path on Hugging Face or on a disk, whoever fine-tuned or quantised it; undefined when there
 * is none.
 */
export function modelNamed(source: ProfileSource, path: string): string | undefined {
  const names = source.names('models');
  const own = lastPart(path);
  const asked = essence(own);
  if (asked === '') return undefined;
  return (
    names.find((name) => name === own) ??
    names.find((name) => essence(name) === asked) ??
    names.find((name) => essence(lastPart(card(source, name))) === asked)
  );
}

/** "org/Name-Instruct (remark)" -> "name-instruct". */
function lastPart(path: string): string {
  const plain = path.replace(/ \(.*\)$/, '').trim();
  return (
    plain
      .split('/')
      .findLast((part) => part !== '')
      ?.toLowerCase() ?? ''
  );
}

/**
 * What tells a model from others: without how it is stored, what it was tuned for and when, and without separators. A
 * version ("v0.3") and every word that is not known stay.
 */
function essence(name: string): string {
  const words = name
    .replace(/^meta-llama-/, 'llama-')
    .split(/[-_ ]+/)
    .filter((word) => !TUNED.test(word) && formatInWord(word) === undefined && !OF_FORMAT.test(word));
  if (DATE.test(words.at(-1) ?? '')) words.pop();
  return words.join('');
}

const TUNED = /^(instruct|it|chat|hf|base)$/;

/** Follows a format: "FP8-dynamic". */
const OF_FORMAT = /^(dynamic|block)$/;

/** Year and month, month and day, or all three. */
const DATE = /^(\d{4}|\d{6}|\d{8})$/;

/** Read as text because every row of a table asks. */
function card(source: ProfileSource, model: string): string {
  return /^card: *(\S+)$/m.exec(source.read('models', model)?.text ?? '')?.[1] ?? '';
}
