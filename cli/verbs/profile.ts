import { Argument, Command } from 'commander';

import { didYouMean } from '../../base/nearest.ts';
import { UserError } from '../../base/user-error.ts';
import { loadArchitecture } from '../../hardware-profiles/architecture-profile.ts';
import { loadFabric } from '../../hardware-profiles/fabric-profile.ts';
import { loadGpu } from '../../hardware-profiles/gpu-profile.ts';
import { loadEngine } from '../../hardware-profiles/load-engine.ts';
import { loadModel } from '../../hardware-profiles/load-model.ts';
import { parameterCount } from '../../hardware-profiles/model-size.ts';
import type { ProfileSource } from '../../hardware-profiles/profile-source.ts';
import { renderJson } from '../../reports/json.ts';
import { nodeProfiles } from '../files/node-resources.ts';
import { outputOption } from '../options.ts';
import { print } from '../print.ts';
import { parseOutputs } from '../run/output-option.ts';
import type { Terminal } from '../terminal.ts';

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
        .argument('<NAME>', 'name of a profile')
        .addOption(outputOption(['yaml', 'json']))
        .action((name: string, options: { output: readonly string[] }) =>
          show(name, options.output, terminal),
        ),
    );
}

async function list(kinds: readonly Kind[], output: readonly string[], terminal: Terminal): Promise<void> {
  const source = nodeProfiles();
  const rows = kinds.flatMap((kind) =>
    source.names(kind).map((name) => ({ kind, name, about: about(kind, name, source) })),
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
    (format) => (format === 'json' ? renderJson(load(kind, name, source)) : text),
    terminal,
  );
}

function load(kind: Kind, name: string, source: ProfileSource): unknown {
  switch (kind) {
    case 'gpus':
      return loadGpu(source, name);
    case 'models':
      return loadModel(source, name);
    case 'engines':
      return loadEngine(source, name);
    case 'fabrics':
      return loadFabric(source, name);
    case 'architectures':
      return loadArchitecture(source, name);
  }
}

/** A line on a profile; the profile is checked on the way. */
function about(kind: Kind, name: string, source: ProfileSource): string {
  switch (kind) {
    case 'gpus': {
      const { maker, memory, memoryBandwidth, peak } = loadGpu(source, name);
      return `${maker}, ${(memory.value / 2 ** 30).toFixed(1)} GiB, ${(memoryBandwidth.value / 1e12).toFixed(2)} TB/s, ${Math.round(peak.bf16.value / 1e12)} Tflop/s BF16`;
    }
    case 'models': {
      const model = loadModel(source, name);
      const { total, active } = parameterCount(model);
      const billions = (count: number): string => `${(count / 1e9).toFixed(1)} B parameters`;
      return `${billions(total)}${active < total ? ` (${billions(active).replace(' parameters', '')} active)` : ''}, up to ${model.maxModelLen} tokens`;
    }
    case 'engines':
      return `vLLM ${loadEngine(source, name).version}`;
    case 'fabrics':
      return `${Math.round(loadFabric(source, name).bandwidth.value / 1e9)} GB/s per direction`;
    case 'architectures':
      loadArchitecture(source, name);
      return 'kernel efficiencies';
  }
}
