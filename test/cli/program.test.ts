import { describe, expect, it } from 'vitest';

import { InvariantError } from '../../base/invariant.ts';
import { UserError } from '../../base/user-error.ts';
import { EXIT } from '../../cli/exit-codes.ts';
import { reportError } from '../../cli/report-error.ts';
import { fakeTerminal } from '../support/fake-terminal.ts';
import { SMALL_SCENARIO } from '../support/scenario-text.ts';
import { workspace } from '../support/workspace.ts';

function reported(error: unknown): { code: number; stderr: string } {
  const terminal = fakeTerminal('.');
  return { code: reportError(error, terminal), stderr: terminal.stderr() };
}

describe('exit codes', () => {
  it('are the ones that scripts rely on', () => {
    expect(EXIT).toEqual({ done: 0, io: 1, usage: 2, infeasible: 3, invariant: 70, gateFailed: 99 });
  });

  it('0: done, also when help or the version was asked for', async () => {
    const { run } = workspace({});
    expect(await run('--version')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
    expect(await run('run', '--help')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('--per-request'),
    });
  });

  it('0: the reader of stdout has gone', () => {
    expect(reported(Object.assign(new Error('write EPIPE'), { code: 'EPIPE', syscall: 'write' }))).toEqual({
      code: 0,
      stderr: '',
    });
  });

  it('1: the system refused', () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
      code: 'ENOSPC',
      syscall: 'write',
    });
    expect(reported(full)).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^error\[E_IO\]: ENOSPC: no space left/),
    });
  });

  it('2: a mistake that the user can fix, without a stack', () => {
    const error = new UserError({
      code: 'E_X',
      message: 'wrong',
      at: { file: 'f', line: 1, column: 2 },
      hint: 'right it',
    });
    expect(reported(error)).toEqual({ code: 2, stderr: 'error[E_X]: f:1:2 wrong\n  hint: right it\n' });
  });

  it('70: a bug, with its stack', () => {
    const { code, stderr } = reported(new InvariantError('KV blocks conserved', { free: 3 }));
    expect(code).toBe(70);
    expect(stderr).toMatch(/KV blocks conserved/);
    expect(stderr).toMatch(/\n {4}at /);
    expect(reported(new TypeError('x is undefined')).code).toBe(70);
  });
});

describe('a wrong command line', () => {
  it.each([
    [['rum', 's.yaml'], /^error\[E_USAGE\]: unknown command 'rum'\n {2}hint: .*run/],
    [['run'], /^error\[E_USAGE\]: missing required argument 'SCENARIO'\n {2}hint: /],
    [['run', 's.yaml', '--sede', '1'], /^error\[E_USAGE\]: unknown option '--sede'\n {2}hint: .*--seed/],
    [['run', 's.yaml', '--seed', '-1'], /^error\[E_USAGE\]: .*whole number/],
    [['run', 's.yaml', '--requests', '0'], /^error\[E_USAGE\]: .*whole number of at least 1/],
    [
      ['run', 's.yaml', '-o', 'jsn'],
      /^error\[E_USAGE\]: "jsn" is no output format of this command\n {2}hint: did you mean "json"/,
    ],
    [['run', 's.yaml', '-o', 'json='], /^error\[E_USAGE\]: -o json= names no file/],
    [['run', 's.yaml', '-o', 'json', '-o', 'table'], /^error\[E_USAGE\]: only one output can go to stdout/],
    [
      ['run', 's.yaml', '-o', 'csv'],
      /^error\[E_USAGE\]: -o csv prints one row per request\n {2}hint: add --per-request/,
    ],
    [['run', 's.yaml', '--per-request'], /^error\[E_USAGE\]: --per-request says nothing/],
    [
      ['run', 's.yaml', '-o', 'json=nowhere/r.json'],
      /^error\[E_FILE\]: nowhere\/r\.json the folder of this file does not exist/,
    ],
    [['run', 'nope.yaml'], /^error\[E_FILE\]: nope\.yaml there is no such file\n {2}hint: .*agentic/],
    [['run', 's.yaml', '--policy', 'rr'], /^error\[E_UNKNOWN_POLICY\]: small has no policy "rr"/],
    [
      ['run', 's.yaml', '--set', 'spec.model'],
      /^error\[E_SET\]: --set spec\.model "spec\.model" is not PATH=VALUE/,
    ],
    [
      ['profile', 'show', 'h100'],
      /^error\[E_UNKNOWN_PROFILE\]: there is no profile "h100"\n {2}hint: .*h100-sxm-80gb/,
    ],
    [['trace', 'stats', 'nope.jsonl'], /^error\[E_FILE\]: nope\.jsonl there is no such file/],
    [['trace', 'stats', 's.yaml'], /^error\[E_TRACE_FORMAT\]: s\.yaml nothing tells which format/],
    [['scenario', 'init', 's.yaml'], /^error\[E_FILE\]: s\.yaml this file exists/],
    [['scenario', 'show', 's.yaml', '--set', 'spec.model=x'], /^error\[E_USAGE\]: --set changes nothing/],
  ])('%j is refused with 2, a message and a hint', async (args, message) => {
    const { code, stdout, stderr } = await workspace({ 's.yaml': SMALL_SCENARIO }).run(...args);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/\n {2}hint: ./);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it('has no verb that is not built', async () => {
    const { stdout } = await workspace({}).run('--help');
    for (const verb of ['explain', 'serve']) {
      expect(stdout).not.toMatch(new RegExp(`^ +${verb}\\b`, 'm'));
    }
  });
});
