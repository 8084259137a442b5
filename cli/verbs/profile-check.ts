import { UserError } from '../../base/user-error.ts';
import { checkGpu, checkModel, type ProfileFinding } from '../../hardware-profiles/check-profiles.ts';
import { figureCounts, type FigureCounts } from '../../hardware-profiles/figure-counts.ts';
import { loadGpu } from '../../hardware-profiles/gpu-profile.ts';
import { loadModel } from '../../hardware-profiles/load-model.ts';
import { profileText, type ProfileKind, type ProfileSource } from '../../hardware-profiles/profile-source.ts';
import { renderJson } from '../../reports/json.ts';
import { print } from '../print.ts';
import { parseOutputs } from '../run/output-option.ts';
import type { Terminal } from '../terminal.ts';

/**
 * `fleetcast profile check`: every derived figure computed anew, and how many figures of each kind a profile has. Throws a
 * UserError that names the profiles with a mismatch, after they are printed.
 */
export async function checkProfiles(
  source: ProfileSource,
  kinds: readonly Exclude<ProfileKind, 'kernels'>[],
  output: readonly string[],
  terminal: Terminal,
): Promise<void> {
  const findings = [
    ...source.names('gpus').flatMap((name) => checkGpu(loadGpu(source, name))),
    ...source.names('models').flatMap((name) => checkModel(loadModel(source, name))),
  ];
  const figures = kinds.flatMap((kind) =>
    source.names(kind).map((profile) => ({
      kind,
      profile,
      ...figureCounts(profileText(source, kind, profile).text),
    })),
  );
  await print(
    parseOutputs(output, ['table', 'json'] as const),
    (format) => (format === 'json' ? renderJson({ findings, figures }) : tables(findings, figures)),
    terminal,
  );
  const wrong = findings.filter(({ ok }) => !ok);
  if (wrong.length === 0) return;
  throw new UserError({
    code: 'E_PROFILE_CHECK',
    message: `${wrong.length} of ${findings.length} figures differ from what they are derived from: ${wrong.map(({ profile, figure }) => `${profile} (${figure})`).join(', ')}`,
    hint: 'correct the figure, or those that it comes from',
  });
}

function tables(
  findings: readonly ProfileFinding[],
  figures: readonly (FigureCounts & { readonly kind: string; readonly profile: string })[],
): string {
  const lines = ['derived figure                           given      computed'];
  for (const { profile, figure, given, computed, ok } of findings)
    lines.push(
      `${`${profile} ${figure}`.padEnd(40)} ${short(given)} ${short(computed)}  ${ok ? 'ok' : 'DIFFERS'}`,
    );
  lines.push('', 'figures               measured  vendor derived assumed  quoted');
  for (const { profile, measured, vendor, derived, assumed, quoted } of figures)
    lines.push(
      [
        profile.padEnd(21),
        ...[measured, vendor, derived, assumed, quoted].map((count) => String(count).padStart(8)),
      ].join(''),
    );
  return `${lines.join('\n')}\n`;
}

function short(value: number): string {
  return value.toPrecision(6).padStart(12);
}
