import { InvalidArgumentError, Option } from 'commander';

/** `-o FORMAT[=PATH]`, repeatable. */
export function outputOption(formats: readonly string[]): Option {
  return new Option('-o, --output <FORMAT[=PATH]>', `${formats.join(', ')}; to stdout or a file (repeatable)`)
    .argParser(collected)
    .default([], 'the first of them, to stdout');
}

/** `--set PATH=VALUE`, repeatable. */
export function setOption(): Option {
  return new Option('--set <PATH=VALUE>', 'change the scenario: spec.fleet.pools[0].replicas=4 (repeatable)')
    .argParser(collected)
    .default([], 'nothing');
}

/** `--sweep PATH=V1,V2` or `PATH=A..B`, repeatable. */
export function sweepOption(): Option {
  return new Option(
    '--sweep <PATH=V1,V2>',
    'play each value, or search a range: spec.workload.load.rate_scale=0.5..2 (repeatable: the product)',
  )
    .argParser(collected)
    .default([], 'nothing');
}

/** Parser of a whole number of at least `least`. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`It must be a whole number of at least ${least}.`);
  };
}

/** Parser of whole numbers with commas between them. */
export function wholeNumbers(least: number): (text: string) => number[] {
  return (text) => text.split(',').map((part) => wholeNumber(least)(part.trim()));
}

function collected(value: string, before: readonly string[]): string[] {
  return [...before, value];
}
