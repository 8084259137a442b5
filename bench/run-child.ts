import { fork } from 'node:child_process';

/**
 * Runs `file` with `args` in a fresh process, with this process's own Node options, and resolves to the one message that it
 * sends. Rejects when it ends without one.
 */
export async function runChild(file: string, args: readonly string[]): Promise<unknown> {
  return await new Promise((resolve, reject) => {
    // Its standard output goes to ours for errors: the bench's own carries one document.
    const child = fork(file, [...args], { stdio: ['ignore', 2, 2, 'ipc'] });
    child.on('message', resolve);
    child.on('error', reject);
    child.on('exit', (code, signal) =>
      reject(new Error(`${args.join(' ')}: the process ended with ${signal ?? code} and no result`)),
    );
  });
}
