import type { RunEntry, StageReport } from '../../documents/run-report.ts';
import type { AccuracyClass, ValidationCell, ValidationKnee } from '../../documents/validation-report.ts';

/** One run of a real server or fleet: how to play it, and what was measured. */
export interface ValidationCase {
  readonly id: string;
  /** File that the measurement comes from, as the user named it. */
  readonly source: string;
  /** A scenario, and the file from which its relative names count. */
  readonly scenario: { readonly file: string; readonly text: string };
  readonly policy: string;
  readonly server: MeasuredServer;
  readonly client: ValidationCell['client'];
  readonly labels: readonly string[];
  readonly figures: readonly MeasuredFigure[];
  /** Whether gpu_memory_utilization of its first pool is not known, so that another than the default may have held. */
  readonly utilizationUnknown?: boolean;
  /** Whether each request is compared with its own measurement. */
  readonly requests?: readonly MeasuredRequest[];
}

export interface MeasuredServer {
  readonly model: string;
  readonly hardware: string;
  /** Engine profile that is simulated. */
  readonly engine: string;
  readonly precision: string;
  readonly class: AccuracyClass;
}

export interface MeasuredFigure {
  /** Names the point beyond its case: a stage. */
  readonly id: string;
  readonly metric: string;
  readonly unit: ValidationCell['unit'];
  readonly measured: number;
  readonly predict: (entry: RunEntry) => number | undefined;
  /** The part of the run that was measured; undefined = all of it. */
  readonly part?: (entry: RunEntry) => StageReport | undefined;
  readonly noise?: number | undefined;
  /** May depend on the forecast where the report does not say what its unit is. */
  readonly loadFactor?: number | ((entry: RunEntry) => number | undefined) | undefined;
}

/** Seconds; undefined = not measured. */
export interface MeasuredRequest {
  readonly ttft: number | undefined;
  readonly tpot: number | undefined;
  readonly e2e: number | undefined;
}

/** Points of one server under ascending load. */
export interface Ladder {
  readonly id: string;
  readonly loadUnit: ValidationKnee['loadUnit'];
  readonly points: readonly {
    readonly load: number;
    /** Mean TTFT in seconds. */
    readonly measured: number;
    readonly caseId: string;
    readonly predict: (entry: RunEntry) => number | undefined;
  }[];
}

/** Policies of one fleet on the same requests. */
export interface Contest {
  readonly id: string;
  readonly metric: string;
  readonly higherIsBetter: boolean;
  readonly entrants: readonly {
    readonly policy: string;
    readonly measured: number;
    readonly caseId: string;
    readonly predict: (entry: RunEntry) => number | undefined;
  }[];
}

/** What a file holds. */
export interface Measurements {
  readonly cases: readonly ValidationCase[];
  readonly ladders: readonly Ladder[];
  readonly contests: readonly Contest[];
  readonly notScored: readonly { readonly id: string; readonly reason: string }[];
}

export const NOTHING: Measurements = { cases: [], ladders: [], contests: [], notScored: [] };

export function joined(parts: readonly Measurements[]): Measurements {
  return {
    cases: parts.flatMap(({ cases }) => cases),
    ladders: parts.flatMap(({ ladders }) => ladders),
    contests: parts.flatMap(({ contests }) => contests),
    notScored: parts.flatMap(({ notScored }) => notScored),
  };
}
