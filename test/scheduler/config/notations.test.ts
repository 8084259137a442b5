import { describe, expect, it } from 'vitest';

import { parseGoDuration } from '../../../scheduler/config/go-duration.ts';
import { resolvePlainScalar } from '../../../scheduler/config/go-scalar.ts';
import { parseGoYaml } from '../../../scheduler/config/go-yaml.ts';
import type { ConfigNode } from '../../../scheduler/config/config-node.ts';
import { parseK8sQuantity } from '../../../scheduler/config/k8s-quantity.ts';

describe('unquoted scalars, as go-yaml v2 resolves them', () => {
  it.each([
    ['yes', true],
    ['Off', false],
    ['y', true],
    ['~', undefined],
    ['', undefined],
    ['017', 15],
    ['0x1F', 31],
    ['0b101', 5],
    ['1_000', 1000],
    ['1e3', 1000],
    ['.5', 0.5],
    ['-12', -12],
    ['1.2.3', '1.2.3'],
    ['18446744073709551616', 18446744073709551616],
    ['2026-01-01', '2026-01-01'],
    ['yess', 'yess'],
    ['-', '-'],
    ['1e400', '1e400'],
  ])('%s', (text, value) => {
    expect(resolvePlainScalar(text)).toBe(value);
  });
});

describe('durations in the notation of Go', () => {
  it.each([
    ['1.5s', 1.5],
    ['2m30s', 150],
    ['-1h', -3600],
    ['250us', 0.00025],
    ['0', 0],
    ['.5s', 0.5],
    ['1', undefined],
    ['s', undefined],
    ['1 s', undefined],
    ['1d', undefined],
    ['', undefined],
  ])('%s', (text, seconds) => {
    expect(parseGoDuration(text)).toBe(seconds);
  });
});

describe('quantities of Kubernetes', () => {
  it.each([
    ['10Gi', 10 * 2 ** 30],
    ['1k', 1000],
    ['1500m', 2],
    ['1m', 1],
    ['1e3', 1000],
    ['0.5', 1],
    ['-1500m', -2],
    ['7', 7],
    ['1 k', undefined],
    ['Gi', undefined],
    ['1KiB', undefined],
  ])('%s', (text, value) => {
    expect(parseK8sQuantity(text)).toBe(value);
  });
});

describe('YAML, as the picker reads it', () => {
  const problems = (text: string): string[] =>
    parseGoYaml(text, 'f').problems.map(({ at, message }) => `${at?.line}:${at?.column} ${message}`);
  const value = (node: ConfigNode | undefined): unknown => {
    if (node?.kind === 'map') return Object.fromEntries(node.entries.map((e) => [e.key, value(e.value)]));
    if (node?.kind === 'list') return node.items.map(value);
    return node?.value;
  };

  it('resolves anchors and merge keys; the own key wins, then the first of a list', () => {
    const text = 'a: &a {x: 1, w: 1}\nb: &b {x: 2, z: 2}\nc: {<<: [*a, *b], w: 3}\nd: *a\n';
    expect(value(parseGoYaml(text, 'f').root)).toEqual({
      a: { x: 1, w: 1 },
      b: { x: 2, z: 2 },
      c: { w: 3, x: 1, z: 2 },
      d: { x: 1, w: 1 },
    });
  });

  it('looks at the first document only', () => {
    expect(value(parseGoYaml('a: 1\n---\nb: 2\n', 'f').root)).toEqual({ a: 1 });
  });

  it('keeps quoted scalars as they are', () => {
    expect(value(parseGoYaml('a: "yes"\nb: \'1\'\n', 'f').root)).toEqual({ a: 'yes', b: '1' });
  });

  it('refuses keys that are there twice, infinities, and aliases that contain themselves', () => {
    expect(problems('a: 1\na: 2\n')).toEqual(['2:1 the key "a" is there twice']);
    expect(problems('a: .inf\n')).toEqual(['1:4 .inf cannot be used as a value']);
    expect(problems('a: &a {b: *a}\n')).toEqual(['1:11 the alias *a has no anchor before it']);
  });

  it('has keys that are text: numbers and booleans become theirs, null is none', () => {
    expect(value(parseGoYaml('1: a\non: b\n"on": c\n1.5: d\n', 'f').root)).toEqual({
      1: 'a',
      true: 'b',
      on: 'c',
      1.5: 'd',
    });
    expect(problems('~: a\n')).toEqual(['1:1 a key must be a scalar, and not null']);
  });

  it('is JSON where it begins with a brace', () => {
    const json = parseGoYaml('\n{\n\t"a": 1e2, "b": 100, "c": "\\u0041"}\n', 'f');
    expect(value(json.root)).toEqual({ a: 100, b: 100, c: 'A' });
    expect(json.notJson).toBeUndefined();
    expect(parseGoYaml('{a: 1}\n', 'f').notJson?.at).toEqual({ file: 'f', line: 1, column: 2 });
    expect(parseGoYaml('# says it is YAML\n{a: 1}\n', 'f').notJson).toBeUndefined();
  });

  it('has no tree for a text without content', () => {
    expect(parseGoYaml('# nothing\n', 'f')).toEqual({ root: undefined, problems: [], later: [] });
    expect(parseGoYaml('null\n', 'f').root).toBeUndefined();
  });
});
