/*
 * Elementary functions that give the same bits on every machine. ECMAScript leaves the last bits of Math.exp, log,
 * pow, sin and cos to the implementation; equal input must give equal output bytes, so the product computes them
 * here from +, -, *, / and sqrt, which IEEE 754 defines exactly. Errors stay below 2 units in the last place
 * (pow: relative error below 1e-13 for |y ln x| < 100); base/math.test.ts compares with the built-ins.
 */

export const sqrt = Math.sqrt;

const LN2_HIGH = 6.9314718036912381649e-1; // the leading 32 bits of ln 2: k * LN2_HIGH is exact for |k| < 2^20
const LN2_LOW = 1.90821492927058770002e-10; // ln 2 - LN2_HIGH
const HALF_PI_HIGH = 1.57079632673412561417; // the leading 33 bits of pi/2
const HALF_PI_LOW = 6.07710050650619224932e-11; // pi/2 - HALF_PI_HIGH

/** e^x. */
export function exp(x: number): number {
  if (Number.isNaN(x) || x === Infinity) return x;
  if (x > 709.782712893384) return Infinity;
  if (x < -745.1332191019411) return 0;
  const k = Math.round(x / (LN2_HIGH + LN2_LOW));
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  // Taylor series of (e^r - 1) / r on |r| <= ln2/2, evaluated from its small end: 16 terms reach 2^-60.
  let series = 1;
  for (let n = 16; n >= 2; n--) series = 1 + (r / n) * series;
  return scale(1 + (r * series + (high - r - low)), k);
}

/** Natural logarithm. */
export function log(x: number): number {
  if (Number.isNaN(x) || x < 0) return NaN;
  if (x === 0) return -Infinity;
  if (x === Infinity) return Infinity;
  let exponent = 0;
  let mantissa = x;
  if (mantissa < 2 ** -1022) {
    mantissa *= 2 ** 54;
    exponent = -54;
  }
  view.setFloat64(0, mantissa);
  exponent += ((view.getUint32(0) >>> 20) & 0x7ff) - 1023;
  view.setUint32(0, (view.getUint32(0) & 0x000fffff) | 0x3ff00000);
  mantissa = view.getFloat64(0);
  if (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent += 1;
  }
  // ln m = 2 artanh(s) with s = (m-1)/(m+1), |s| < 0.172: s^2 series, 12 terms reach 2^-60.
  const f = mantissa - 1;
  const s = f / (2 + f);
  const square = s * s;
  let tail = 0;
  for (let n = 25; n >= 3; n -= 2) tail = square * (1 / n + tail);
  // f - s * (f - 2 * tail) keeps the leading term f exact (2s = f - s f).
  return exponent * LN2_HIGH - (s * (f - 2 * tail) - exponent * LN2_LOW - f);
}

/** x^y for x >= 0. Whole exponents up to 1024 are multiplied out. */
export function pow(x: number, y: number): number {
  if (y < 0) return 1 / pow(x, -y);
  if (Number.isInteger(y) && y <= 1024) {
    let result = 1;
    let square = x;
    for (let rest = y; rest > 0; rest = Math.floor(rest / 2)) {
      if (rest % 2 === 1) result *= square;
      square *= square;
    }
    return result;
  }
  return x === 0 ? 0 : exp(y * log(x));
}

/** Cosine of x radians, |x| up to 1e5. */
export function cos(x: number): number {
  return quadrant(x, 1);
}

/** Sine of x radians, |x| up to 1e5. */
export function sin(x: number): number {
  return quadrant(x, 0);
}

const view = new DataView(new ArrayBuffer(8));

/** x * 2^k, in two steps so that subnormal results round once. */
function scale(x: number, k: number): number {
  const half = Math.trunc(k / 2);
  return x * powerOfTwo(half) * powerOfTwo(k - half);
}

function powerOfTwo(k: number): number {
  view.setUint32(0, (k + 1023) << 20);
  view.setUint32(4, 0);
  return view.getFloat64(0);
}

/** sin(x + shift * pi/2) by reduction to |r| <= pi/4. */
function quadrant(x: number, shift: number): number {
  if (!Number.isFinite(x)) return NaN;
  const k = Math.round(x / (HALF_PI_HIGH + HALF_PI_LOW));
  const r = x - k * HALF_PI_HIGH - k * HALF_PI_LOW;
  switch ((((k + shift) % 4) + 4) % 4) {
    case 0:
      return sinSeries(r);
    case 1:
      return cosSeries(r);
    case 2:
      return -sinSeries(r);
    default:
      return -cosSeries(r);
  }
}

function sinSeries(r: number): number {
  const square = r * r;
  let series = 1;
  for (let n = 20; n >= 2; n -= 2) series = 1 - (square / (n * (n + 1))) * series;
  return r * series;
}

function cosSeries(r: number): number {
  const square = r * r;
  let series = 1;
  for (let n = 19; n >= 1; n -= 2) series = 1 - (square / (n * (n + 1))) * series;
  return series;
}
