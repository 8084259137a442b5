import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import type { ProfileKind, ProfileSource, ProfileText } from '../../hardware-profiles/profile-source.ts';

const root = fileURLToPath(new URL('../../hardware-profiles', import.meta.url));

/** The profiles of this repository, read from its folder. */
export const shippedProfiles: ProfileSource = {
  names: (kind) =>
    readdirSync(path.join(root, kind))
      .filter((file) => file.endsWith(extensionOf(kind)))
      .map((file) => file.slice(0, -extensionOf(kind).length))
      .sort(),
  read(kind, name) {
    const file = path.join(root, kind, `${name}${extensionOf(kind)}`);
    return { file, text: readFileSync(file, 'utf8') };
  },
};

function extensionOf(kind: ProfileKind): string {
  return kind === 'kernels' ? '.json' : '.yaml';
}

/** Profiles given in a test, for instance `{ 'gpus/x': 'name: x …' }`. */
export function profilesOf(texts: Readonly<Record<string, string>>): ProfileSource {
  const names = (kind: ProfileKind): string[] =>
    Object.keys(texts)
      .filter((key) => key.startsWith(`${kind}/`))
      .map((key) => key.slice(kind.length + 1));
  return {
    names,
    read(kind, name): ProfileText | undefined {
      const text = texts[`${kind}/${name}`];
      return text === undefined ? undefined : { file: `${kind}/${name}.yaml`, text };
    },
  };
}
