import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

import { runProgram } from '../../cli/program.ts';
import { fakeTerminal } from './fake-terminal.ts';

/** A folder of the test's own, gone when it has finished, and the program run in it. */
export interface Workspace {
  readonly folder: string;
  readonly files: () => string[];
  readonly read: (name: string) => string;
  readonly run: (...args: string[]) => Promise<{
    readonly code: number;
    readonly stdout: string;
    readonly stderr: string;
  }>;
}

export function workspace(files: Readonly<Record<string, string | Buffer>>): Workspace {
  const folder = mkdtempSync(path.join(tmpdir(), 'fleetcast-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(folder, name), content);
  return {
    folder,
    files: () => readdirSync(folder).sort(),
    read: (name) => readFileSync(path.join(folder, name), 'utf8'),
    async run(...args) {
      const terminal = fakeTerminal(folder);
      const code = await runProgram(args, terminal);
      return { code, stdout: terminal.stdout(), stderr: terminal.stderr() };
    },
  };
}
