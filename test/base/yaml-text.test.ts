import { describe, expect, it } from 'vitest';

import { parseYaml } from '../../base/yaml-text.ts';

const TEXT = `a: 1
list:
  - { x: 10, y: text }
  - &anchor
    x: 2
copy: *anchor
`;

describe('a YAML text', () => {
  const yaml = parseYaml('f.yaml', TEXT);

  it('has its value', () => {
    expect(yaml.problems).toEqual([]);
    expect(yaml.value).toEqual({ a: 1, list: [{ x: 10, y: 'text' }, { x: 2 }], copy: { x: 2 } });
  });

  it('knows where values and keys stand', () => {
    expect(yaml.positionOf(['list', 0, 'y'])).toEqual({ file: 'f.yaml', line: 3, column: 17 });
    expect(yaml.positionOf(['list', 0, 'y'], 'key')).toEqual({ file: 'f.yaml', line: 3, column: 14 });
    expect(yaml.positionOf(['copy', 'x'])).toMatchObject({ line: 5, column: 8 });
  });

  it('gives the nearest place for what it does not have', () => {
    expect(yaml.positionOf(['list', 0, 'z', 'deep'])).toMatchObject({ line: 3, column: 5 });
    expect(yaml.positionOf(['none'])).toMatchObject({ line: 1, column: 1 });
    expect(yaml.positionOf(['a', 'deeper'])).toMatchObject({ line: 1, column: 4 });
  });

  it.each([
    ['a: 1\na: 2\n', 2, 'keep one of the two'],
    ['a: 1\n---\na: 2\n', 2, 'keep the first document of the file (what stands before the line ---)'],
    ['a: [1\nb: 2\n', 2, expect.stringContaining('not YAML')],
  ])('says where %j stops being one document of YAML', (text, line, hint) => {
    const [problem] = parseYaml('f.yaml', text).problems;
    expect(problem).toMatchObject({ code: 'E_YAML', at: { file: 'f.yaml', line }, hint });
    expect(problem?.message).not.toMatch(/line \d/);
  });
});
