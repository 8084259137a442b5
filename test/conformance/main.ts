import { parseArgs } from 'node:util';

import { run as runEngine } from './engine.ts';
import { run as runScheduler } from './scheduler.ts';

/*
 * `npm run conformance -- engine [DIR] [--ablate]` and `npm run conformance -- scheduler [DIR]`: play what was recorded
 * from vLLM's scheduler and from llm-d's endpoint picker, and compare. Exit 1 on any difference, 2 on a wrong call.
 */
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { ablate: { type: 'boolean', default: false } },
});
const [what, dir] = positionals;
const print = (line: string): void => void process.stdout.write(`${line}\n`);

if (what === 'engine') {
  process.exitCode = await runEngine(dir, { ablate: values.ablate }, print);
} else if (what === 'scheduler') {
  process.exitCode = await runScheduler(dir, print);
} else {
  process.stderr.write('usage: npm run conformance -- engine [DIR] [--ablate] | scheduler [DIR]\n');
  process.exitCode = 2;
}
