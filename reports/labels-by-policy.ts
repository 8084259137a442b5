import type { Label, RunEntry } from '../documents/run-report.ts';
import { mergedLabels } from './sweep/merged-labels.ts';

/** The labels of each policy's runs, each once: those of several seeds that differ in their numbers alone are one. */
export function labelsByPolicy(
  runs: readonly Pick<RunEntry, 'policy' | 'labels'>[],
): { readonly policy: string; readonly labels: readonly Label[] }[] {
  return [...new Set(runs.map(({ policy }) => policy))].map((policy) => ({
    policy,
    labels: mergedLabels(runs.filter((run) => run.policy === policy).flatMap(({ labels }) => labels)),
  }));
}
