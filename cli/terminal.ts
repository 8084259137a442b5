/** Where a command speaks: the data on stdout and nothing else, all other talk on stderr. */
export interface Terminal {
  /** Data. Resolves when it has been handed over; rejects when the reader has gone. */
  out(text: string): Promise<void>;
  /** A message; the line end is added. */
  say(line: string): void;
  /** A line that takes the place of the one before; the empty text takes it away. Nothing off a terminal. */
  progress(line: string): void;
  readonly colors: boolean;
  /** From which relative paths count. */
  readonly cwd: string;
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  let drawn = false;
  return {
    out: (text) =>
      new Promise((resolve, reject) => {
        stdout.write(text, (error) => (error === undefined || error === null ? resolve() : reject(error)));
      }),
    say(line) {
      stderr.write(`${drawn ? CLEAR : ''}${line}\n`);
      drawn = false;
    },
    progress(line) {
      if (!stderr.isTTY) return;
      stderr.write(`${CLEAR}${line.slice(0, Math.max(20, (stderr.columns || 80) - 1))}`);
      drawn = line !== '';
    },
    // https://no-color.org: any value but the empty one. FORCE_COLOR is its counterpart.
    colors: isSet(env['NO_COLOR']) ? false : stdout.isTTY || isSet(env['FORCE_COLOR']),
    cwd: process.cwd(),
  };
}

/** The same terminal as --quiet and --no-color want it. */
export function asAsked(
  terminal: Terminal,
  { quiet, color }: { readonly quiet?: true; readonly color: boolean },
): Terminal {
  return {
    ...terminal,
    colors: terminal.colors && color,
    ...(quiet === true && { say: () => undefined, progress: () => undefined }),
  };
}

/** To the start of the line, and erase it (ECMA-48 EL). */
const CLEAR = '\r\u001b[2K';

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0';
}
