import type { Seconds } from '../../../base/units.ts';
import { quantisationOf } from './quantisation.ts';
import type { Trace } from './trace.ts';

/** What a user should know before believing figures that come from this trace, as it is played. */
export function traceWarnings(trace: Trace, spread: Seconds = 0): string[] {
  const warnings = [...trace.warnings];
  const quantised = spread > 0 ? undefined : quantisationOf(trace.arrivals);
  if (quantised !== undefined) {
    const bin = Number(quantised.bin.toPrecision(2));
    warnings.push(
      `timestamps are rounded to about ${bin} s (${quantised.distinct} different ones), so requests arrive in bursts; trace.spread undoes it`,
    );
  }
  if (!trace.knowsPrefixes) {
    warnings.push('the trace does not say which prompts share a beginning: none do');
  }
  return warnings;
}
