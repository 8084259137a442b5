import { throwProblems, type Problem } from '../../base/user-error.ts';
import { parsePath } from '../load/scenario-path.ts';
import type { LoadedScenario } from '../load/load-scenario.ts';
import type { SweepAxis } from './sweep-axis.ts';
import { parseSweep } from './sweep-option.ts';

/**
 * The axes of a scenario's own sweep, then those of `--sweep`; none when nothing is swept. Throws UserError for an option
 * that cannot be read, for a path that two axes move and for a second range.
 */
export function sweepAxes(
  { scenario, locate }: LoadedScenario,
  options: readonly string[],
): readonly SweepAxis[] {
  const own = (scenario.spec.sweep ?? []).map(({ name, points }, axis): SweepAxis => ({
    name,
    range: undefined,
    points: points.map((changes, position) => ({
      changes,
      overrides: Object.entries(changes).map(([path, value]) => ({
        path: parsePath(path) ?? [],
        value,
        origin: path,
        at: locate(['spec', 'sweep', axis, 'points', position, path]),
      })),
    })),
  }));
  const parsed = options.map((text) => ({ text, axis: parseSweep(text) }));
  const axes: SweepAxis[] = [...own];
  const problems: Problem[] = [];
  for (const { text, axis } of parsed) {
    const mistake = 'points' in axis ? mistakeBeside(axis, axes, text) : axis;
    if (mistake !== undefined) problems.push(mistake);
    else if ('points' in axis) axes.push(axis);
  }
  throwProblems(problems);
  return axes;
}

function mistakeBeside(axis: SweepAxis, others: readonly SweepAxis[], text: string): Problem | undefined {
  const at = { file: `--sweep ${text}` };
  if (others.some((other) => movesSame(axis, other))) {
    return {
      code: 'E_SWEEP',
      message: `"${axis.name}" is moved by another axis as well`,
      at,
      hint: 'give each path once; --set "spec.sweep=[]" leaves out what the scenario itself sweeps',
    };
  }
  if (axis.range !== undefined && others.some(({ range }) => range !== undefined)) {
    return {
      code: 'E_SWEEP',
      message: 'there is a range already, and one can be searched at a time',
      at,
      hint: 'list the values of one of the two: PATH=V1,V2',
    };
  }
  return undefined;
}

function movesSame(axis: SweepAxis, other: SweepAxis): boolean {
  const paths = new Set(other.points.flatMap(({ changes }) => Object.keys(changes)));
  return (
    axis.name === other.name ||
    axis.points.some(({ changes }) => Object.keys(changes).some((path) => paths.has(path)))
  );
}
