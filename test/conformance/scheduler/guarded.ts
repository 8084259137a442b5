import type { Difference } from './family.ts';

/** What `check` finds; when it throws, one difference that says so: a case that breaks the player differs from its recording. */
export function guarded(check: () => readonly Difference[], cause: string): readonly Difference[] {
  try {
    return check();
  } catch (error) {
    return [threw(error, cause)];
  }
}

/** The difference between a recording that went through and a check that threw. */
export function threw(error: unknown, cause: string): Difference {
  const actual = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { field: 'the check threw', expected: 'no error', actual, cause };
}
