import type { ResolvedScenario } from '../../scenarios/resolve/resolve-scenario.ts';
import type { Coefficient } from './coefficient.ts';

/** Of fitted values in a profile. */
export const DIGITS = 4;

/** A scenario as text, and the file from which its relative names count. */
export interface ScenarioText {
  readonly file: string;
  readonly text: string;
}

/** A model server whose profile is to be fitted. */
export interface CalibratedServer {
  /** Which of its profiles: a step time given outright, or the constants of its engine. */
  readonly target: 'step_time' | 'engine';
  /** All that measurements may determine. */
  readonly coefficients: readonly Coefficient[];
  /** The server with these values, by name; what is not named keeps the value that it has. */
  resolve(values: ReadonlyMap<string, number>): ResolvedScenario;
  /** What a user puts in a file: YAML with a comment that says where it goes. */
  profile(fitted: readonly FittedCoefficient[], sources: string): string;
}

/** A coefficient with its value and the bounds of its 95 % interval. */
export interface FittedCoefficient {
  readonly name: string;
  readonly unit: Coefficient['unit'];
  readonly value: number;
  readonly low: number;
  readonly high: number;
}
