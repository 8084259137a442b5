import { parseDocument } from 'yaml';

import type { Problem } from '../../base/user-error.ts';
import { takesWholeNumbers } from '../load/schema-at.ts';
import { parsePath } from '../load/scenario-path.ts';
import { isSweepable } from '../load/sweep-problems.ts';
import { scenarioSchema } from '../schema/scenario-schema.ts';
import { rangeGrid } from './range-grid.ts';
import type { SweepAxis, SweepPoint } from './sweep-axis.ts';

/** Reads `PATH=V1,V2` (each value is YAML) or `PATH=A..B` (a range of numbers) as `--sweep` takes it. */
export function parseSweep(text: string): SweepAxis | Problem {
  const origin = `--sweep ${text}`;
  const wrong = (message: string, hint: string): Problem => ({
    code: 'E_SWEEP',
    message,
    at: { file: origin },
    hint,
  });
  const equals = text.indexOf('=');
  const name = text.slice(0, Math.max(0, equals)).trim();
  const path = parsePath(name);
  if (path === undefined || text.slice(equals + 1).trim() === '') {
    return wrong(
      `"${text}" is neither PATH=V1,V2 nor PATH=A..B`,
      'for instance --sweep spec.workload.load.rate_scale=0.5..2',
    );
  }
  if (!isSweepable(name)) {
    return wrong(`"${name}" is not a path that a sweep can change`, 'paths below spec, the sweep excepted');
  }
  const point = (value: unknown): SweepPoint => ({
    changes: { [name]: value },
    overrides: [{ path, value, origin }],
  });
  const written = text.slice(equals + 1).trim();
  if (written.includes('..')) {
    const [, first, last] = RANGE.exec(written) ?? [];
    const [from, to] = [Number(first), Number(last)];
    if (first === undefined || !(from < to)) {
      return wrong(
        `"${written}" is not a range`,
        'A..B has two numbers, the smaller one first; quantities with a unit are listed: 1s,2s,4s',
      );
    }
    const whole = takesWholeNumbers(scenarioSchema, path);
    const values = rangeGrid(from, to, whole);
    return { name, points: values.map(point), range: { from, to, whole, at: point } };
  }
  const document = parseDocument(`[${written}]`);
  const values: unknown = document.errors.length > 0 ? undefined : document.toJS();
  if (!Array.isArray(values) || values.length === 0) {
    return wrong(`"${written}" is not a list of YAML values`, 'quote texts that contain , or : or #');
  }
  return { name, points: values.map(point), range: undefined };
}

const RANGE = /^(\d+(?:\.\d+)?)\.\.(\d+(?:\.\d+)?)$/;
