import { existsSync } from 'node:fs';
import path from 'node:path';

import { Argument, Command } from 'commander';

import { UserError } from '../../base/user-error.ts';
import { DOCUMENT_KINDS, documentSchema, type DocumentKind } from '../../documents/document-schema.ts';
import { renderJson } from '../../reports/json.ts';
import { loadScenario } from '../../scenarios/load/load-scenario.ts';
import { resolveScenario } from '../../scenarios/resolve/resolve-scenario.ts';
import { scenarioYaml } from '../../scenarios/resolve/scenario-yaml.ts';
import { scenarioJsonSchema } from '../../scenarios/schema/scenario-json-schema.ts';
import { nodeResources } from '../files/node-resources.ts';
import { findScenario, readScenario, shippedScenarios } from '../files/scenario-file.ts';
import { checkWritable, writeWhole } from '../files/write-file.ts';
import { setOption } from '../options.ts';
import { packageRoot } from '../package-root.ts';
import type { Terminal } from '../terminal.ts';

/** `fleetcast scenario …`: start, inspect and edit scenarios. */
export function scenarioCommand(terminal: Terminal): Command {
  return new Command('scenario')
    .description('Start, inspect and edit scenarios.')
    .addCommand(
      new Command('init')
        .summary('write a scenario to start from')
        .description('Writes a scenario to start from. Never writes over a file.')
        .argument('[FILE]', 'where to', 'scenario.yaml')
        .option(
          '--from <NAME>',
          `scenario that comes with fleetcast: ${shippedScenarios().join(', ')}`,
          'agentic',
        )
        .action((file: string, options: { from: string }) => init(file, options.from, terminal)),
    )
    .addCommand(
      new Command('show')
        .summary('print a scenario, or with --resolved every default in it')
        .description('Prints a scenario after all checks; with --resolved with every default written out.')
        .argument('<SCENARIO>', 'scenario file or name')
        .option('--resolved', 'write out every default, and what weakens the forecasts')
        .addOption(setOption())
        .action((name: string, options: { resolved?: true; set: readonly string[] }) =>
          show(name, options, terminal),
        ),
    )
    .addCommand(
      new Command('schema')
        .summary('print the JSON Schema of scenarios, for editors, or of another document')
        .description('Prints a JSON Schema (draft-07).')
        .addArgument(
          new Argument('[KIND]', 'kind of document')
            .choices(['Scenario', ...DOCUMENT_KINDS])
            .default('Scenario'),
        )
        .action((kind: 'Scenario' | DocumentKind) =>
          terminal.out(renderJson(kind === 'Scenario' ? scenarioJsonSchema() : documentSchema(kind))),
        ),
    );
}

function init(name: string, from: string, terminal: Terminal): void {
  const file = path.resolve(terminal.cwd, name);
  if (!shippedScenarios().includes(from)) {
    throw new UserError({
      code: 'E_USAGE',
      message: `no scenario "${from}" comes with fleetcast`,
      hint: `scenarios: ${shippedScenarios().join(', ')}`,
    });
  }
  checkWritable(file, name);
  if (existsSync(file)) {
    throw new UserError({
      code: 'E_FILE',
      message: 'this file exists, and it is left as it is',
      at: { file: name },
      hint: 'name another file: fleetcast scenario init FILE',
    });
  }
  const source = path.join(packageRoot(), 'scenarios', `${from}.yaml`);
  const schema = path.relative(
    path.dirname(file),
    path.join(packageRoot(), 'scenarios', 'scenario.schema.json'),
  );
  const { text } = readScenario(source, terminal.cwd);
  writeWhole(file, [
    text.replace(SCHEMA_LINE, `# yaml-language-server: $schema=${schema.replaceAll('\\', '/')}`),
  ]);
  terminal.say(`wrote ${name}; simulate it with: fleetcast run ${name}`);
}

/** How editors learn of a file's schema (yaml-language-server, README: Using inlined schema). */
const SCHEMA_LINE = /^# yaml-language-server: \$schema=.*$/m;

async function show(
  name: string,
  { resolved, set }: { readonly resolved?: true; readonly set: readonly string[] },
  terminal: Terminal,
): Promise<void> {
  if (resolved !== true && set.length > 0) {
    throw new UserError({
      code: 'E_USAGE',
      message: '--set changes nothing in the text of a scenario',
      hint: 'add --resolved to see what it changes',
    });
  }
  const resources = nodeResources(terminal.cwd);
  const source = readScenario(findScenario(name, terminal.cwd), terminal.cwd);
  const loaded = loadScenario(source, set, resources);
  const scenario = resolveScenario(loaded, resources);
  await terminal.out(resolved === true ? scenarioYaml(scenario) : source.text);
}
