#!/usr/bin/env node
import { runProgram } from './program.ts';
import { processTerminal } from './terminal.ts';

// A reader that goes away (`| head`) is heard of where the text was written; without a listener it would end the process.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);
process.exitCode = await runProgram(process.argv.slice(2), processTerminal());
