import type { Terminal } from '../../cli/terminal.ts';

/** A terminal that keeps what it was given. */
export interface FakeTerminal extends Terminal {
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly progressLines: readonly string[];
}

export function fakeTerminal(cwd: string): FakeTerminal {
  const out: string[] = [];
  const said: string[] = [];
  const progressLines: string[] = [];
  return {
    out: (text) => {
      out.push(text);
      return Promise.resolve();
    },
    say: (line) => void said.push(`${line}\n`),
    progress: (line) => void progressLines.push(line),
    colors: false,
    cwd,
    stdout: () => out.join(''),
    stderr: () => said.join(''),
    progressLines,
  };
}
