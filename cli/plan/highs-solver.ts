import type { MixProgram, SolveMix } from '../../planner/mix-program.ts';

/** HiGHS (MIT, WebAssembly), as the planner's integer-programming solver. Loading it takes about 50 ms. */
export async function highsSolver(): Promise<SolveMix> {
  const { default: loadHighs } = await import('highs');
  // The package's types describe a CommonJS module; what Node imports is its ESM build, whose default is the loader.
  const load = loadHighs as unknown as typeof loadHighs.default;
  const highs = await load();
  return (program) => {
    const { Status: status, Columns: columns } = highs.solve(lpText(program));
    if (status !== 'Optimal') return undefined;
    return program.prices.map((_, k) => Math.round(columns[`x${k}`]?.Primal ?? 0));
  };
}

/** What a price must be below a limit, relatively: more than the solver takes as equal. */
const CHEAPER = 1e-5;

/**
 * The program in CPLEX LP format. x: units; z = 1 where a kind is taken; c = 1 where more of a kind is taken than a cut has.
 * A cut holds where some c is 1, or other kinds are taken than it has.
 */
function lpText(program: MixProgram): string {
  const { seek, prices, capacities, work, proved, limit, most, gpus, shared, power, leastKinds, cuts } =
    program;
  const units = prices.map((_, k) => `x${k}`);
  const taken = prices.map((_, k) => `z${k}`);
  const cutRows = cuts.map((cut, j) => ({
    more: cut.flatMap((count, k) => (count > 0 ? [{ name: `c${j}_${k}`, kind: k, count }] : [])),
    own: cut.flatMap((count, k) => (count > 0 ? [`z${k}`] : [])),
    other: cut.flatMap((count, k) => (count > 0 ? [] : [`z${k}`])),
  }));
  return [
    seek === 'least price' ? 'Minimize' : 'Maximize',
    ` goal: ${sumOf(seek === 'least price' ? prices : capacities)}`,
    'Subject To',
    ` capacity: ${sumOf(capacities)} >= ${decimal(work)}`,
    ...proved.map((shares, k) => ` proved${k}: ${sumOf(shares)} >= 1`),
    ...(limit < Infinity ? [` price: ${sumOf(prices)} <= ${decimal(limit * (1 - CHEAPER))}`] : []),
    ...shared.map(
      ({ kinds, gpus: had }, k) =>
        ` gpus${k}: ${kinds.map((kind) => `+ ${gpus[kind] ?? 0} x${kind}`).join(' ')} <= ${had}`,
    ),
    ...(power === undefined ? [] : [` power: ${sumOf(power.watts)} <= ${decimal(power.limit)}`]),
    ...units.flatMap((name, k) => [
      ` some${k}: ${name} - z${k} >= 0`,
      ` none${k}: ${name} - ${most[k] ?? 0} z${k} <= 0`,
    ]),
    ` kinds: ${taken.join(' + ')} >= ${leastKinds}`,
    ...cutRows.flatMap(({ more, own, other }, j) => [
      ...more.map(({ name, kind, count }) => ` more${name}: x${kind} - ${count + 1} ${name} >= 0`),
      ` cut${j}: ${[...more.map(({ name }) => name), ...other].join(' + ')} ${own.map((name) => `- ${name}`).join(' ')} >= ${1 - own.length}`,
    ]),
    'Bounds',
    ...units.map((name, k) => ` 0 <= ${name} <= ${most[k] ?? 0}`),
    'General',
    ` ${units.join(' ')}`,
    'Binary',
    ` ${[...taken, ...cutRows.flatMap(({ more }) => more.map(({ name }) => name))].join(' ')}`,
    'End',
  ].join('\n');
}

function sumOf(factors: readonly number[]): string {
  return factors
    .map((factor, k) => `${factor >= 0 ? '+' : '-'} ${decimal(Math.abs(factor))} x${k}`)
    .join(' ');
}

function decimal(value: number): string {
  return value.toFixed(9);
}
