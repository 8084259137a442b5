import type { Problem } from '../../base/user-error.ts';
import { entries } from './cross-checks.ts';
import { formatPath, liesWithin, parsePath } from './scenario-path.ts';
import type { Locate } from './schema-problems.ts';

/** Mistakes in the axes of `spec.sweep`: paths that are none, and paths that two axes move. */
export function sweepProblems(raw: unknown, locate: Locate): Problem[] {
  const ownerOf = new Map<string, number>();
  return entries(raw, ['spec', 'sweep']).flatMap(({ path: axis }, position) =>
    entries(raw, [...axis, 'points']).flatMap(({ path: point }) =>
      entries(raw, point).flatMap(({ path: change }): Problem[] => {
        const written = String(change.at(-1));
        const at = locate(change, 'key');
        if (!isSweepable(written)) {
          return [
            {
              code: 'E_SWEEP',
              message: `${formatPath(point)}: "${written}" is not a path that a sweep can change`,
              at,
              hint: 'paths below spec, such as spec.workload.load.rate_scale or spec.fleet.pools[0].replicas',
            },
          ];
        }
        const owner = ownerOf.get(written) ?? position;
        ownerOf.set(written, owner);
        if (owner === position) return [];
        return [
          {
            code: 'E_SWEEP',
            message: `${formatPath(point)}: "${written}" is moved by two axes`,
            at,
            hint: 'changes that belong together stand in one point of one axis',
          },
        ];
      }),
    ),
  );
}

/** Whether a sweep may change what stands at this path: all of the specification but the sweep itself. */
export function isSweepable(written: string): boolean {
  const path = parsePath(written);
  return path !== undefined && path.length > 1 && path[0] === 'spec' && !liesWithin(path, ['spec', 'sweep']);
}
