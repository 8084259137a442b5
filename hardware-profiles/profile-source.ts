import { didYouMean } from '../base/nearest.ts';
import { UserError, type SourcePosition } from '../base/user-error.ts';

/** The folders of `hardware-profiles/`. */
export type ProfileKind = 'gpus' | 'models' | 'engines' | 'fabrics' | 'architectures' | 'kernels';

export interface ProfileText {
  /** For messages. */
  readonly file: string;
  readonly text: string;
}

/** Where profiles are read from: a folder on disk, a bundle in a browser. */
export interface ProfileSource {
  /** Names of the profiles of a kind, without file extension, sorted. */
  names(kind: ProfileKind): readonly string[];
  read(kind: ProfileKind, name: string): ProfileText | undefined;
}

/**
 * The text of a profile. An unknown name is a UserError that gives the nearest name and all names; `at` is the place
 * where the user wrote it.
 */
export function profileText(
  source: ProfileSource,
  kind: ProfileKind,
  name: string,
  at?: SourcePosition,
): ProfileText {
  const found = source.names(kind).includes(name) ? source.read(kind, name) : undefined;
  if (found !== undefined) return found;
  const names = source.names(kind);
  const suggestion = didYouMean(name, names);
  throw new UserError({
    code: 'E_UNKNOWN_PROFILE',
    message: `there is no ${WORD[kind]} "${name}"`,
    hint: `${suggestion === undefined ? '' : `${suggestion} `}known: ${names.join(', ')}`,
    ...(at === undefined ? {} : { at }),
  });
}

const WORD: Readonly<Record<ProfileKind, string>> = {
  gpus: 'hardware profile',
  models: 'model profile',
  engines: 'engine profile',
  fabrics: 'fabric profile',
  architectures: 'GPU architecture',
  kernels: 'kernel table',
};
