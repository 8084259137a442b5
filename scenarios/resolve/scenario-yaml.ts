import { stringify } from 'yaml';

import type { ResolvedScenario } from './resolve-scenario.ts';

/**
 * A resolved scenario as YAML that resolves to the same runs: every default written out, and as comments what weakens its
 * forecasts.
 */
export function scenarioYaml({ document, policies }: ResolvedScenario): string {
  const labels = new Map<string, string[]>();
  for (const { name, labels: own } of policies) {
    for (const { code, text } of own) {
      const line = `${code}: ${text}`;
      labels.set(line, [...(labels.get(line) ?? []), name]);
    }
  }
  const comments = [...labels].map(([line, names]) =>
    names.length === policies.length ? `# ${line}` : `# ${line} (${names.join(', ')})`,
  );
  const yaml = stringify(document, { lineWidth: 0, aliasDuplicateObjects: false });
  return comments.length === 0 ? yaml : `${yaml}# Labels:\n${comments.join('\n')}\n`;
}
