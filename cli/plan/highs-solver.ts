import loadHighs from 'highs';

import type { MixProgram, SolveMix } from '../../planner/find-mix.ts';

/** HiGHS (MIT, WebAssembly), as the planner's integer-programming solver. Loading it takes about 50 ms. */
export async function highsSolver(): Promise<SolveMix> {
  // The package's types describe a CommonJS module; what Node imports is its ESM build, whose default is the loader.
  const load = loadHighs as unknown as typeof loadHighs.default;
  const highs = await load();
  return (program) => {
    const { Status: status, Columns: columns } = highs.solve(lpText(program));
    if (status !== 'Optimal') return undefined;
    return program.prices.map((_, k) => Math.round(columns[`x${k}`]?.Primal ?? 0));
  };
}

/** The program in CPLEX LP format. */
function lpText({ prices, capacities, most, gpus, shared, work }: MixProgram): string {
  const sum = (factors: readonly number[]): string =>
    factors.map((factor, k) => `${factor >= 0 ? '+' : '-'} ${decimal(Math.abs(factor))} x${k}`).join(' ');
  const names = prices.map((_, k) => `x${k}`);
  return [
    'Minimize',
    ` price: ${sum(prices)}`,
    'Subject To',
    ` work: ${sum(capacities)} >= ${decimal(work)}`,
    ...shared.map(
      ({ kinds, gpus: most }, k) =>
        ` gpus${k}: ${kinds.map((kind) => `+ ${gpus[kind] ?? 0} x${kind}`).join(' ')} <= ${most}`,
    ),
    'Bounds',
    ...names.map((name, k) => ` 0 <= ${name} <= ${most[k] ?? 0}`),
    'General',
    ` ${names.join(' ')}`,
    'End',
  ].join('\n');
}

function decimal(value: number): string {
  return value.toFixed(9);
}
