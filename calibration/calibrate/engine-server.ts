import { parseDocument } from 'yaml';

import { shortDuration } from '../../base/short-duration.ts';
import type { EngineProfile } from '../../hardware-profiles/engine-profile.ts';
import { loadScenario } from '../../scenarios/load/load-scenario.ts';
import type { Override } from '../../scenarios/load/override.ts';
import { durationOf } from '../../scenarios/resolve/duration-of.ts';
import { engineProfileOf, isEngineFile } from '../../scenarios/resolve/engine-profile-of.ts';
import { Notes } from '../../scenarios/resolve/notes.ts';
import { resolveScenario } from '../../scenarios/resolve/resolve-scenario.ts';
import type { ScenarioResources } from '../../scenarios/resources.ts';
import type { Coefficient } from './coefficient.ts';
import { DIGITS, type CalibratedServer, type FittedCoefficient, type ScenarioText } from './server.ts';

/** Seconds of an engine profile: [key of the file, key of the profile, what it is, whose it is]. */
const OVERHEADS = [
  ['step', 'step', 'every step', 'step'],
  ['per_sequence', 'perSequence', 'per request in a step', 'step'],
  ['per_layer', 'perLayer', 'per layer of a step', 'step'],
  ['cpu_step', 'cpuStep', 'every step, on the CPU', 'step'],
  ['cpu_per_sequence', 'cpuPerSequence', 'per request in a step, on the CPU', 'step'],
  ['ingest', 'ingest', 'per request, before the engine', 'request'],
  ['ingest_per_token', 'ingestPerToken', 'per input token, before the engine', 'request'],
  ['output', 'output', 'from a step to the client', 'request'],
] as const;

/** The factor by which all kernels differ from their tables. */
const TIME_SCALE = 'time_scale';

/** The file that stands for the profile while it is fitted. */
const FILE = 'calibrated-engine.yaml';

/** A server whose GPU and model have profiles: the constants of its engine are fitted, measured kernels stay as they are. */
export function engineServer(
  scenario: ScenarioText,
  workload: Override,
  resources: ScenarioResources,
): CalibratedServer {
  const loaded = loadScenario(scenario, [], resources, [workload]);
  const path = ['spec', 'fleet', 'pools', 0, 'engine', 'profile'] as const;
  const name = loaded.scenario.spec.fleet.pools[0]?.engine.profile;
  const engine = engineProfileOf(name, scenario.file, resources, path, new Notes(loaded.locate));
  const base =
    name !== undefined && isEngineFile(name)
      ? resources.text(name, scenario.file).text
      : `inherits: ${engine.name}\n`;
  return {
    target: 'engine',
    coefficients: [
      {
        name: TIME_SCALE,
        about: 'kernels over their tables',
        of: 'step',
        unit: 'x',
        start: engine.kernels.timeScale.value,
      },
      ...OVERHEADS.map(([name, key, about, of]): Coefficient => ({
        name,
        about,
        of,
        unit: 's',
        start: engine.overhead[key].value,
      })),
    ],
    resolve(values) {
      const trial = [...values].map(([name, value]): FittedCoefficient => {
        const unit = name === TIME_SCALE ? 'x' : 's';
        return { name, unit, value, low: value, high: value };
      });
      const text = profileText(base, engine, trial, 'a trial', (value, unit) =>
        unit === 's' ? durationOf(value) : value,
      );
      const withTrial: ScenarioResources = {
        ...resources,
        text: (name, from) => (name === FILE ? { file: FILE, text } : resources.text(name, from)),
      };
      const profile: Override = { path, value: FILE, origin: 'calibration' };
      return resolveScenario(loadScenario(scenario, [], withTrial, [workload, profile]), withTrial);
    },
    profile: (fitted, sources) =>
      `# An engine profile, fitted to ${sources}. Name this file in engine.profile of a pool.\n${profileText(base, engine, fitted, sources, shortText)}`,
  };
}

/** `base` with these values in place. */
function profileText(
  base: string,
  engine: EngineProfile,
  fitted: readonly FittedCoefficient[],
  source: string,
  show: (value: number, unit: Coefficient['unit']) => string | number,
): string {
  const document = parseDocument(base);
  document.setIn(['name'], `${engine.name.replace(/-calibrated$/, '')}-calibrated`);
  for (const { name, unit, value, low, high } of fitted) {
    const group = name === TIME_SCALE ? 'kernels' : 'overhead';
    if (group === 'kernels' && !document.hasIn([group, 'source'])) document.setIn([group, 'source'], source);
    const quote = `${show(low, unit)} to ${show(high, unit)}, 95 % interval`;
    const figure = { value: show(value, unit), kind: 'measured', source, quote };
    document.setIn([group, name], document.createNode(figure, { flow: true }));
  }
  return document.toString({ lineWidth: 0 });
}

function shortText(value: number, unit: Coefficient['unit']): string | number {
  return unit === 's' ? shortDuration(value, DIGITS) : Number(value.toPrecision(DIGITS));
}
