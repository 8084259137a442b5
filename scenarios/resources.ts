import type { ProfileSource, ProfileText } from '../hardware-profiles/profile-source.ts';
import type { TraceFiles, TraceFormat } from '../sim/workload/trace/trace-format.ts';

/** What a scenario names and does not contain. A command line reads it from disk, a browser from a bundle. */
export interface ScenarioResources {
  readonly profiles: ProfileSource;
  /** A file by the name that stands in the file `from`; relative names count from there. Throws UserError when it cannot be read. */
  text(name: string, from: string): ProfileText;
  /** A trace, found and opened in the same way: its lines are read when they are asked for. */
  trace(name: string, from: string, format: TraceFormat): TraceFiles;
  /** The EndpointPickerConfig that comes with fleetcast under this name. */
  builtinRouter(name: string): ProfileText;
}
