import { workspace } from './workspace.ts';

interface Row {
  readonly arrival: number;
  readonly input: number;
  readonly output: number;
  readonly ttft: number;
  readonly e2e: number;
}

function rowsOf(csv: string): Row[] {
  const [header = '', ...lines] = csv.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const names = header.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    const value = (name: string): number => Number(cells[names.indexOf(name)]);
    return {
      arrival: value('arrival'),
      input: value('input_tokens'),
      output: value('output_tokens'),
      ttft: value('ttft'),
      e2e: value('e2e'),
    };
  });
}

/** What `vllm bench serve` would have written of these requests. */
function vllmBench(rows: readonly Row[]): string {
  return JSON.stringify({
    input_lens: rows.map(({ input }) => input),
    output_lens: rows.map(({ output }) => output),
    ttfts: rows.map(({ ttft }) => ttft),
    itls: rows.map(({ ttft, e2e, output }) =>
      Array.from({ length: output - 1 }, () => (e2e - ttft) / (output - 1)),
    ),
    start_times: rows.map(({ arrival }) => 1000 + arrival),
    errors: rows.map(() => ''),
  });
}

/** What `vllm bench serve --save-detailed` would write if the simulated server of a scenario were a real one. */
export async function benchResult(
  files: Readonly<Record<string, string>>,
  scenario: string,
): Promise<string> {
  const { stdout } = await workspace(files).run('run', scenario, '-o', 'csv', '--per-request');
  return vllmBench(rowsOf(stdout));
}
