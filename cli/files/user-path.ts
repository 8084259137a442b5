import path from 'node:path';

/** Where the file `name` is, if it is named in the file `from`: relative names count from its folder. */
export function besides(name: string, from: string): string {
  return path.resolve(path.dirname(from), name);
}

/** A path as a user at `cwd` would write it: relative unless that climbs out of the folder more than it helps. */
export function shownPath(file: string, cwd: string): string {
  const relative = path.relative(cwd, file);
  return relative === '' || relative.length > file.length ? file : relative;
}
