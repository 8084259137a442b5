import type { Role } from '../plugin-type.ts';
import type { Assembly } from './assembly.ts';
import { configProblem } from './config-error.ts';
import type { BandSettings, EffectiveFlowControl, PriorityBand } from './effective-config.ts';
import type { RawBand, RawConfig, RawRef } from './raw-config.ts';
import { DEFAULT_FAIRNESS, DEFAULT_ORDERING, DEFAULT_USAGE_LIMIT } from './system-defaults.ts';

/** Capacity of a band that does not say. Source: EPP/flowcontrol/registry/config.go. */
const BAND_MAX_BYTES = 1e9;
const BAND_MAX_REQUESTS = 5000;
/** Source: EPP/flowcontrol/controller (default request TTL). */
const REQUEST_TTL_SECONDS = 60;

/** The settings of flow control with defaults. Source: EPP/config/loader/flowcontrol.go and the files above. */
export function buildFlowControl(raw: RawConfig, assembly: Assembly): EffectiveFlowControl {
  const flow = raw.flowControl;
  const check = new FlowControlCheck(assembly);
  const at = flow?.at ?? raw.at;
  const defaultBand = check.band(flow?.defaultBand);
  const bands = new Map<number, PriorityBand>();
  for (const band of flow?.bands ?? []) {
    if (bands.has(band.priority)) check.report(band.at, `there are two bands of priority ${band.priority}`);
    bands.set(band.priority, { priority: band.priority, ...check.band(band) });
  }
  if (!bands.has(0)) bands.set(0, { priority: 0, ...defaultBand });
  const ttl = flow?.defaultRequestTtl ?? REQUEST_TTL_SECONDS;
  if (ttl < 0) check.report(at, 'defaultRequestTTL must not be negative');
  const noEndpointTtl = flow?.noEndpointRequestTtl ?? ttl;
  if (noEndpointTtl < 0) check.report(at, 'noEndpointRequestTTL must not be negative');
  const usage = flow?.usageLimitPolicy ?? { ref: DEFAULT_USAGE_LIMIT, at };
  check.policy(usage, 'usage-limit');
  return {
    maxBytes: check.quantity(flow?.maxBytes, at, 'maxBytes'),
    maxRequests: check.quantity(flow?.maxRequests, at, 'maxRequests'),
    defaultRequestTtl: ttl,
    noEndpointRequestTtl: noEndpointTtl,
    usageLimitPolicy: usage.ref,
    enableEviction: flow?.enableEviction ?? false,
    bands: [...bands.values()].sort((a, b) => b.priority - a.priority),
    defaultBand,
    defaultNegativeBand:
      flow?.defaultNegativeBand === undefined ? undefined : check.band(flow.defaultNegativeBand),
  };
}

class FlowControlCheck {
  private readonly assembly: Assembly;

  constructor(assembly: Assembly) {
    this.assembly = assembly;
  }

  report(at: RawRef['at'], message: string): void {
    this.assembly.problems.push(configProblem('flow-control-config', at, message));
  }

  /** 0 when absent: unlimited, or the band's default. */
  quantity(value: number | undefined, at: RawRef['at'], name: string): number {
    if (value !== undefined && value < 0) this.report(at, `${name} must not be negative`);
    return value ?? 0;
  }

  policy({ ref, at }: RawRef, role: Role): void {
    if (this.assembly.get(ref) === undefined) this.report(at, `there is no plugin "${ref}"`);
    else if (!this.assembly.has(ref, role)) this.report(at, `${ref} is no ${role} policy`);
  }

  band(band: RawBand | undefined): BandSettings {
    const maxBytes = band === undefined ? 0 : this.quantity(band.maxBytes, band.at, 'maxBytes');
    const maxRequests = band === undefined ? 0 : this.quantity(band.maxRequests, band.at, 'maxRequests');
    if (band !== undefined && band.fairness.ref !== '') this.policy(band.fairness, 'fairness');
    if (band !== undefined && band.ordering.ref !== '') this.policy(band.ordering, 'ordering');
    return {
      maxBytes: maxBytes > 0 ? maxBytes : BAND_MAX_BYTES,
      maxRequests: maxRequests > 0 ? maxRequests : BAND_MAX_REQUESTS,
      fairness: band?.fairness.ref || DEFAULT_FAIRNESS,
      ordering: band?.ordering.ref || DEFAULT_ORDERING,
    };
  }
}
