import path from 'node:path';

import { Argument, Command } from 'commander';
import { stringify } from 'yaml';

import { didYouMean } from '../../base/nearest.ts';
import { UserError } from '../../base/user-error.ts';
import { loadArchitecture } from '../../hardware-profiles/architecture-profile.ts';
import { loadFabric } from '../../hardware-profiles/fabric-profile.ts';
import { loadGpu } from '../../hardware-profiles/gpu-profile.ts';
import { loadEngine } from '../../hardware-profiles/load-engine.ts';
import { loadModel, parseModel } from '../../hardware-profiles/load-model.ts';
import { parameterCount } from '../../hardware-profiles/model-size.ts';
import type { ProfileSource } from '../../hardware-profiles/profile-source.ts';
import { renderJson } from '../../reports/json.ts';
import { nodeProfiles } from '../files/node-resources.ts';
import { readBytes } from '../files/read-file.ts';
import { outputOption } from '../options.ts';
import { print } from '../print.ts';
import { parseOutputs } from '../run/output-option.ts';
import type { Terminal } from '../terminal.ts';
import { checkProfiles } from './profile-check.ts';

const KINDS = ['gpus', 'models', 'engines', 'fabrics', 'architectures'] as const;

type Kind = (typeof KINDS)[number];

/** `fleetcast profile …`: GPUs, models and engines, each figure with its source. */
export function profileCommand(terminal: Terminal): Command {
  return new Command('profile')
    .description('Hardware, model and engine profiles with their sources.')
    .addCommand(
      new Command('list')
        .summary('list the profiles that scenarios can name')
        .description('Lists the profiles that scenarios can name.')
        .addArgument(new Argument('[KIND]', 'kind of profile').choices(KINDS))
        .addOption(outputOption(['table', 'json']))
        .action((kind: Kind | undefined, options: { output: readonly string[] }) =>
          list(kind === undefined ? KINDS : [kind], options.output, terminal),
        ),
    )
    .addCommand(
      new Command('show')
        .summary('print a profile: every figure with its source')
        .description('Prints a profile: every figure with its source.')
        .argument('<NAME>', 'name of a profile, or the config.json of a model')
        .addOption(outputOption(['yaml', 'json']))
        .action((name: string, options: { output: readonly string[] }) =>
          show(name, options.output, terminal),
        ),
    )
    .addCommand(
      new Command('check')
        .summary('compute every derived figure anew')
        .description(
          'Computes every derived figure anew (peaks, parameters, KV bytes per token), and counts the figures of each kind.\nExits with 2 when one differs.',
        )
        .addOption(outputOption(['table', 'json']))
        .action((options: { output: readonly string[] }) =>
          checkProfiles(nodeProfiles(), KINDS, options.output, terminal),
        ),
    );
}

async function list(kinds: readonly Kind[], output: readonly string[], terminal: Terminal): Promise<void> {
  const source = nodeProfiles();
  const rows = kinds.flatMap((kind) =>
    source.names(kind).map((name) => ({ kind, name, about: READERS[kind].about(source, name) })),
  );
  const width = Math.max(...rows.map(({ name }) => name.length)) + 2;
  const table = kinds.map((kind) =>
    [
      kind,
      ...rows.filter((row) => row.kind === kind).map(({ name, about }) => `  ${name.padEnd(width)}${about}`),
    ].join('\n'),
  );
  await print(
    parseOutputs(output, ['table', 'json'] as const),
    (format) => (format === 'json' ? renderJson(rows) : `${table.join('\n\n')}\n`),
    terminal,
  );
}

async function show(name: string, output: readonly string[], terminal: Terminal): Promise<void> {
  const source = nodeProfiles();
  if (name.endsWith('.json')) {
    const text = readBytes(path.resolve(terminal.cwd, name), name).toString('utf8');
    const model = parseModel({ file: name, text });
    await print(
      parseOutputs(output, ['yaml', 'json'] as const),
      (format) => (format === 'json' ? renderJson(model) : stringify(model)),
      terminal,
    );
    return;
  }
  const kind = KINDS.find((one) => source.names(one).includes(name));
  const text = kind === undefined ? undefined : source.read(kind, name)?.text;
  if (kind === undefined || text === undefined) {
    const names = KINDS.flatMap((one) => source.names(one));
    throw new UserError({
      code: 'E_UNKNOWN_PROFILE',
      message: `there is no profile "${name}"`,
      hint: [didYouMean(name, names), `known: ${names.join(', ')}`]
        .filter((part) => part !== undefined)
        .join(' '),
    });
  }
  await print(
    parseOutputs(output, ['yaml', 'json'] as const),
    (format) => (format === 'json' ? renderJson(READERS[kind].load(source, name)) : text),
    terminal,
  );
}

/** How a profile of each kind is read, and what a line on it says. */
const READERS: Readonly<
  Record<
    Kind,
    {
      readonly load: (source: ProfileSource, name: string) => unknown;
      readonly about: (source: ProfileSource, name: string) => string;
    }
  >
> = {
  gpus: {
    load: loadGpu,
    about: (source, name) => {
      const { maker, memory, memoryBandwidth, peak } = loadGpu(source, name);
      return [
        maker,
        `${(memory.value / 2 ** 30).toFixed(1)} GiB`,
        `${(memoryBandwidth.value / 1e12).toFixed(2)} TB/s`,
        `${Math.round(peak.bf16.value / 1e12)} Tflop/s BF16`,
      ].join(', ');
    },
  },
  models: {
    load: loadModel,
    about: (source, name) => {
      const model = loadModel(source, name);
      const { total, active } = parameterCount(model);
      const billions = (count: number): string => `${(count / 1e9).toFixed(1)} B`;
      return `${billions(total)} parameters${active < total ? ` (${billions(active)} active)` : ''}, up to ${model.maxModelLen} tokens`;
    },
  },
  engines: { load: loadEngine, about: (source, name) => `vLLM ${loadEngine(source, name).version}` },
  fabrics: {
    load: loadFabric,
    about: (source, name) =>
      `${Math.round(loadFabric(source, name).bandwidth.value / 1e9)} GB/s per direction`,
  },
  architectures: {
    load: loadArchitecture,
    about: (source, name) => `kernel efficiencies of ${loadArchitecture(source, name).name}`,
  },
};
