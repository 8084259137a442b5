/**
 * A Kubernetes quantity ("10Gi", "1k", "500m", "1e3", 7) as a whole number, fractions rounded up; undefined when it is
 * none. Source: k8s.io/apimachinery/pkg/api/resource (Quantity.Value).
 */
export function parseK8sQuantity(text: string): number | undefined {
  const match = /^([+-]?)(\d+\.?\d*|\.\d+)(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|[eE][+-]?\d+)?$/.exec(text);
  if (match === null) return undefined;
  const [, sign, digits = '', suffix = ''] = match;
  const factor = FACTORS[suffix];
  // A fraction of 10 is best divided by its inverse: 1500m is exactly 1.5.
  const value =
    factor === undefined
      ? Number(`${digits}${suffix}`)
      : factor < 1
        ? Number(digits) / Math.round(1 / factor)
        : Number(digits) * factor;
  const whole = Math.ceil(value); // away from zero, also below it
  return sign === '-' && whole !== 0 ? -whole : whole;
}

const FACTORS: Readonly<Record<string, number>> = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};
