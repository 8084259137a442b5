import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

import { loadConfig } from '../../scheduler/index.ts';
import { PLUGIN_TYPES } from '../../scheduler/registry.ts';
import { readJsonLines } from '../conformance/scheduler/read-json-lines.ts';
import type { ConfigLine } from '../conformance/scheduler/recorded-types.ts';
import { describeShared } from '../support/shared.ts';

/** Recorded decisions and values; `config-accept` only tells how a configuration loads. */
const DECISIONS = [
  'scorers.jsonl.gz',
  'sequences.jsonl.gz',
  'disaggregation.jsonl.gz',
  'precise.jsonl.gz',
  'flow-control.jsonl',
];

/** Types of all plugins, injected ones included, in the configurations of recorded decisions. */
function recordedTypes(folder: string): Set<string> {
  const types = new Set<string>();
  for (const file of DECISIONS) {
    for (const line of readJsonLines(path.join(folder, file))) {
      const { kind, yaml, allowExperimental } = line as { readonly kind: string } & ConfigLine;
      if (kind !== 'config') continue;
      for (const { type } of loadConfig(yaml, { allowExperimental }).plugins) types.add(type.type);
    }
  }
  return types;
}

/** Everything that the tests of single plugins say: a type with a worked example is named there. */
function workedExamples(): string {
  return ['plugins', 'flow-control', 'cycle']
    .map((folder) => fileURLToPath(new URL(folder, import.meta.url)))
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.test.ts'))
        .map((name) => readFileSync(path.join(folder, name), 'utf8')),
    )
    .join('\n');
}

describeShared('a plugin that takes part in forecasts', 'conformance/scheduler', (folder) => {
  it('has recorded decisions or a worked example, or says that it has neither', () => {
    const recorded = recordedTypes(folder);
    const examples = workedExamples();
    const silent = [...PLUGIN_TYPES.values()].filter(
      ({ type, unverified, notSimulated }) =>
        !unverified && notSimulated === undefined && !recorded.has(type) && !examples.includes(type),
    );
    expect(silent.map(({ type }) => type)).toEqual([]);
    // And says so only where it is true.
    const modest = [...PLUGIN_TYPES.values()].filter(
      ({ type, unverified }) => unverified && recorded.has(type),
    );
    expect(modest.map(({ type }) => type)).toEqual([]);
  });
});
