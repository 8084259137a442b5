import type { SweepAxis } from './sweep-axis.ts';

/**
 * Position of the axis that is a load: one number below spec.workload per point, so that a larger one is harder to serve.
 * A range comes before a list; undefined when no axis is one.
 */
export function loadAxisOf(axes: readonly SweepAxis[]): number | undefined {
  const loads = [...axes.keys()].filter((axis) => isLoad(axes[axis]));
  return loads.find((axis) => axes[axis]?.range !== undefined) ?? loads[0];
}

function isLoad(axis: SweepAxis | undefined): boolean {
  return (axis?.points ?? []).every(({ changes }) => {
    const [change, ...more] = Object.entries(changes);
    return (
      more.length === 0 && change?.[0].startsWith('spec.workload.') === true && typeof change[1] === 'number'
    );
  });
}
