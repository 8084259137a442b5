import { UserError } from '../../base/user-error.ts';

/** What `read` returns; where it throws a UserError, its places and messages as the reason why nothing of it is scored. */
export function reasonIfBroken<T>(read: () => T): T | string {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.problems
      .map(({ at, message }) => {
        const place = [at?.file, at?.line, at?.column].filter((part) => part !== undefined).join(':');
        return place === '' ? message : `${place} ${message}`;
      })
      .join('; ');
  }
}
