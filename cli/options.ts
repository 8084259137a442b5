import { InvalidArgumentError, Option } from 'commander';

import { didYouMean } from '../base/nearest.ts';
import { wrap } from '../reports/text-layout.ts';
import { FIXTURE_NAMES, fixtureNamed, type FixtureName } from '../scenarios/fixtures/fixture.ts';

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

/** `--fixture NAME`. */
export function fixtureOption(): Option {
  return new Option('--fixture <NAME>', `under something adverse: ${FIXTURE_NAMES.join(', ')}`).argParser(
    fixtureName,
  );
}

/** `--fixture A,B` or `--fixture all`. */
export function fixturesOption(): Option {
  return new Option('--fixture <A,B|all>', 'also under these fixtures (see below)')
    .argParser(fixtureNames)
    .default([], 'none');
}

function fixtureNames(text: string): FixtureName[] {
  if (text === 'all') return [...FIXTURE_NAMES];
  return text.split(',').map((part) => fixtureName(part.trim()));
}

/** What each fixture does, for the help of a command. */
export function fixtureHelp(): string {
  const indent = ' '.repeat(24);
  return FIXTURE_NAMES.map((name) => {
    const [first = '', ...rest] = wrap(fixtureNamed(name).about, 76);
    return [`  ${name.padEnd(22)}${first}`, ...rest.map((line) => `${indent}${line}`)].join('\n');
  }).join('\n');
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

/** Parser of an option that may be repeated. */
export function collected(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** Names with commas between them; undefined = none were given. */
export function namesIn(text: string | undefined): string[] | undefined {
  return text?.split(',').map((name) => name.trim());
}

function fixtureName(text: string): FixtureName {
  const name = FIXTURE_NAMES.find((one) => one === text);
  if (name !== undefined) return name;
  const near = didYouMean(text, FIXTURE_NAMES);
  throw new InvalidArgumentError(
    `${near === undefined ? '' : `${near} `}Fixtures: ${FIXTURE_NAMES.join(', ')}.`,
  );
}
