import { LATENCY_FAMILIES } from '../../documents/model-error.ts';
import type { Plan, PlannedFleet, PlanPool } from '../../documents/plan.ts';
import { formatSeconds, formatShare, plural, threeDigits } from '../format.ts';
import { bandText } from '../band-rows.ts';

interface Fleet {
  readonly pools: readonly PlanPool[];
  readonly policy: string;
  readonly gpus: number;
  readonly usdPerHour?: number | undefined;
  readonly usdPerMonth?: number | undefined;
}

/** `3 x h100-sxm-80gb TP 2`; several kinds with a plus between them. */
export function poolsText(pools: readonly PlanPool[]): string {
  return pools
    .map(
      ({ name, hardware, tensor_parallel_size: size, replicas }) =>
        `${replicas} x ${hardware ?? name}${size === 1 ? '' : ` TP ${size}`}`,
    )
    .join(' + ');
}

/** The same with GPUs and policy. */
export function fleetText({ pools, policy, gpus }: Fleet): string {
  return `${poolsText(pools)} (${plural(gpus, 'GPU')}) under ${policy}`;
}

/** `$17.70 an hour, $12,921 a month`; empty without prices. */
export function priceText({ usdPerHour, usdPerMonth }: Pick<Fleet, 'usdPerHour' | 'usdPerMonth'>): string {
  return [
    ...(usdPerHour === undefined ? [] : [`$${usdPerHour.toFixed(2)} an hour`]),
    ...(usdPerMonth === undefined ? [] : [`$${Math.round(usdPerMonth).toLocaleString('en-US')} a month`]),
  ].join(', ');
}

/** `5; attainment 93.2 % to 95.1 %, P90 TTFT 1,200 ms to 1,500 ms`; undefined for one replication. */
export function replicationsText({ replications }: PlannedFleet): string | undefined {
  if (replications === undefined) return undefined;
  const range = (values: readonly (number | undefined)[], format: (value: number) => string): string => {
    const known = values.filter((value) => value !== undefined);
    return known.length === 0 ? '-' : `${format(Math.min(...known))} to ${format(Math.max(...known))}`;
  };
  const attainment = replications.map((one) => one.attainment);
  const parts = [
    ...(attainment.every((value) => value === undefined)
      ? []
      : [`attainment ${range(attainment, formatShare)}`]),
    `P90 TTFT ${range(
      replications.map(({ ttftP90 }) => ttftP90),
      formatSeconds,
    )}`,
    `P90 TPOT ${range(
      replications.map(({ tpotP90 }) => tpotP90),
      formatSeconds,
    )}`,
  ];
  return `${replications.length}: ${parts.join(', ')}`;
}

/** `at most 2.80 kW, 2,040 kWh a month (GPUs alone)`; with what the building adds, and the bill, where they are given. */
export function powerText({
  watts,
  kilowattHoursPerMonth,
  pue,
  usdPerMonth,
}: NonNullable<Plan['energy']>): string {
  const bill =
    usdPerMonth === undefined ? '' : `, $${Math.round(usdPerMonth).toLocaleString('en-US')} of electricity`;
  const counted = pue === undefined ? 'GPUs alone' : `GPUs, energy at a PUE of ${pue}`;
  return `at most ${threeDigits(watts / 1000)} kW, ${threeDigits(kilowattHoursPerMonth)} kWh a month${bill} (${counted})`;
}

/** Where measured P90s of the answer would probably lie; undefined where no forecast was ever compared. */
export function bandsText({ best }: Plan): string | undefined {
  const { bands = [] } = best ?? {};
  const texts = LATENCY_FAMILIES.flatMap((family) => {
    const band = bands.find(({ metric }) => metric === `${family}.p90`);
    return band === undefined ? [] : [`P90 ${family.toUpperCase()} ${bandText(band)}`];
  });
  const [first] = bands;
  return first === undefined || texts.length === 0
    ? undefined
    : `${texts.join(', ')} for ${Math.round(first.level * 100)} % of measurements, going by past comparisons`;
}
