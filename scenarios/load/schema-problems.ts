import type { z } from 'zod';

import { didYouMean, nearest } from '../../base/nearest.ts';
import type { Problem, SourcePosition } from '../../base/user-error.ts';
import type { ValuePath } from '../../base/yaml-text.ts';
import { laterKey, laterValue } from '../schema/later.ts';
import { formatPath, valueAt } from './scenario-path.ts';
import { descriptionAt, keysAt } from './schema-at.ts';

/** Where something is written. */
export type Locate = (path: ValuePath, of?: 'value' | 'key') => SourcePosition;

/**
 * Every way in which plain data differs from a schema, each with its place, its path in the words of the contract
 * (`spec.fleet.pools[0].replicas must be at least 1`), and what to do about it. Empty when nothing does.
 */
export function schemaProblems(schema: z.ZodType, raw: unknown, locate: Locate): Problem[] {
  const result = schema.safeParse(raw);
  const issues = result.success ? [] : result.error.issues;
  const meant = issues.flatMap((issue) => keysMeant(issue, schema));
  return issues
    .filter((issue) => !meant.some((key) => isAbout(issue, key, raw)))
    .flatMap((issue) => problemsOf(issue, [], { schema, raw, locate }));
}

interface MeantKey {
  readonly parent: readonly PropertyKey[];
  readonly key: string;
}

/** The keys that unknown ones were probably meant to be. */
function keysMeant(issue: Issue, schema: z.ZodType): MeantKey[] {
  if (issue.code !== 'unrecognized_keys') return [];
  const known = keysAt(schema, issue.path);
  return issue.keys.flatMap((key) =>
    nearest(key, known, 1).map((near) => ({ parent: issue.path, key: near })),
  );
}

/** Whether an issue says that a key is missing which is there under a misspelt name: that is no second mistake. */
function isAbout(issue: Issue, { parent, key }: MeantKey, raw: unknown): boolean {
  const path = formatPath(issue.path);
  if (issue.code === 'custom') return path === formatPath(parent) && issue.message.includes(key);
  return (
    issue.code === 'invalid_type' &&
    path === formatPath([...parent, key]) &&
    valueAt(raw, issue.path) === undefined
  );
}

interface Context {
  readonly schema: z.ZodType;
  readonly raw: unknown;
  readonly locate: Locate;
}

type Issue = z.core.$ZodIssue;

function problemsOf(issue: Issue, above: readonly PropertyKey[], context: Context): Problem[] {
  const path = pathOf([...above, ...issue.path]);
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey([...path, key], context));
  if (issue.code === 'invalid_union') {
    const branch = branchOf(issue);
    if (branch !== undefined) return branch.flatMap((inner) => problemsOf(inner, path, context));
  }
  const value = valueAt(context.raw, path);
  const later = laterValue(path, value);
  if (later !== undefined) return [unsupported(path, later, context)];
  const missing = value === undefined && issue.code !== 'custom';
  const { code, text } = missing ? { code: 'E_MISSING', text: 'is missing' } : mistakeOf(issue, value);
  const name = path.length === 0 ? 'the scenario' : formatPath(path);
  return [
    {
      code,
      message: `${name} ${text}`,
      at: context.locate(path),
      hint: hintOf(issue, path, value, context),
    },
  ];
}

function unknownKey(path: ValuePath, { schema, locate }: Context): Problem {
  const later = laterKey(path);
  const key = String(path.at(-1));
  const known = keysAt(schema, path.slice(0, -1));
  return {
    code: later === undefined ? 'E_UNKNOWN_KEY' : 'E_UNSUPPORTED',
    message: `${formatPath(path)} is ${later === undefined ? 'not a key that is known here' : `unsupported: ${later}`}`,
    at: locate(path, 'key'),
    hint:
      later === undefined
        ? (didYouMean(key, known) ?? `keys here: ${known.join(', ')}`)
        : 'leave it out; a forecast never passes over what it cannot simulate',
  };
}

function unsupported(path: ValuePath, reason: string, { locate }: Context): Problem {
  return {
    code: 'E_UNSUPPORTED',
    message: `${formatPath(path)} is unsupported: ${reason}`,
    at: locate(path),
    hint: 'leave it out; a forecast never passes over what it cannot simulate',
  };
}

/** The alternative that the value was meant to be: the one whose mistakes lie deepest; undefined when none is nearer. */
function branchOf({ errors }: z.core.$ZodIssueInvalidUnion): readonly Issue[] | undefined {
  const isOther = (issue: Issue): boolean => issue.code === 'invalid_type' && issue.path.length === 0;
  const meant = errors.filter((branch) => branch.length > 0 && !branch.some(isOther));
  return meant.length === 1 ? meant[0] : undefined;
}

function mistakeOf(issue: Issue, value: unknown): { code: string; text: string } {
  switch (issue.code) {
    case 'too_small':
      return { code: 'E_RANGE', text: bound(issue.origin, 'least', Number(issue.minimum), issue.inclusive) };
    case 'too_big':
      return { code: 'E_RANGE', text: bound(issue.origin, 'most', Number(issue.maximum), issue.inclusive) };
    case 'invalid_type':
      return { code: 'E_TYPE', text: `${typeText(issue)}, not ${shown(value)}` };
    case 'invalid_value':
      return {
        code: 'E_VALUE',
        text: `must be ${oneOf(issue.values)}, not ${shown(value)}`,
      };
    case 'invalid_union':
      return { code: 'E_TYPE', text: `${unionText(issue)}, not ${shown(value)}` };
    case 'custom':
      return { code: 'E_SCENARIO', text: issue.message };
    case 'invalid_format':
      return { code: 'E_VALUE', text: issue.message };
    default:
      return { code: 'E_SCENARIO', text: `is wrong: ${issue.message}` };
  }
}

const TYPES: ReadonlyMap<string, string> = new Map([
  ['int', 'a whole number'],
  ['number', 'a number'],
  ['string', 'a text'],
  ['boolean', 'true or false'],
  ['object', 'a map'],
  ['record', 'a map'],
  ['array', 'a list'],
  ['tuple', 'a list of two, the ends of a range'],
]);

/** A schema may say in its own words what it takes ("must be a duration with a unit"). */
function typeText({ message, expected }: z.core.$ZodIssueInvalidType): string {
  return message.startsWith('must ') ? message : `must be ${TYPES.get(expected) ?? expected}`;
}

function oneOf(values: readonly unknown[]): string {
  const texts = values.map((one) => JSON.stringify(one));
  return texts.length > 2 ? `one of ${texts.join(', ')}` : texts.join(' or ');
}

function bound(origin: string, which: 'least' | 'most', limit: number, inclusive = true): string {
  if (origin === 'string') return 'must not be empty';
  if (origin === 'array') return `needs at ${which} ${limit} ${limit === 1 ? 'entry' : 'entries'}`;
  if (inclusive) return `must be at ${which} ${limit}`;
  return `must be ${which === 'least' ? 'more' : 'less'} than ${limit}`;
}

function unionText({ errors, ...issue }: z.core.$ZodIssueInvalidUnion): string {
  const options: unknown = 'options' in issue ? issue.options : undefined;
  if (Array.isArray(options)) return `must be ${options.map((one) => JSON.stringify(one)).join(' or ')}`;
  const types = errors.flatMap((branch) =>
    branch.flatMap((inner) =>
      inner.code === 'invalid_type' ? (TYPES.get(inner.expected) ?? inner.expected) : [],
    ),
  );
  return `must be ${[...new Set(types)].join(' or ')}`;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a map';
  return value === null ? 'nothing' : JSON.stringify(value);
}

function hintOf(issue: Issue, path: ValuePath, value: unknown, { schema }: Context): string {
  if (issue.code === 'custom') {
    const given: unknown = issue.params?.['hint'];
    if (typeof given === 'string') return given;
  }
  const near =
    issue.code === 'invalid_value' && typeof value === 'string'
      ? didYouMean(value, issue.values.map(String))
      : undefined;
  const about = descriptionAt(schema, path);
  const keys = keysAt(schema, path);
  return [
    ...(near === undefined ? [] : [near]),
    ...(about === undefined ? [] : [`${String(path.at(-1))}: ${about}`]),
    ...(near === undefined && about === undefined
      ? [keys.length > 0 ? `keys here: ${keys.join(', ')}` : fallback(issue)]
      : []),
  ].join(' ');
}

function fallback(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return `write ${issue.inclusive === false ? 'more than ' : ''}${String(issue.minimum)}${issue.inclusive === false ? '' : ' or more'}`;
    case 'too_big':
      return `write ${issue.inclusive === false ? 'less than ' : ''}${String(issue.maximum)}${issue.inclusive === false ? '' : ' or less'}`;
    default:
      return '`fleetcast scenario schema` prints all keys and what they take';
  }
}

function pathOf(path: readonly PropertyKey[]): ValuePath {
  return path.map((part) => (typeof part === 'symbol' ? String(part) : part));
}
