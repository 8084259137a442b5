import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { expect, it } from 'vitest';

import { gemmTables } from '../../calibration/fit/gemm-tables.ts';
import { loadKernelTables } from '../../hardware-profiles/kernel-tables.ts';
import { shippedProfiles } from '../support/profiles.ts';
import { describeShared } from '../support/shared.ts';

describeShared('the shipped tables', 'data/kernels/a100_sxm/gemm/vllm/0.14.0/gemm_perf.parquet', (file) => {
  it('are what the measured rows give again', async () => {
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(file), compressors });
    const { tables } = gemmTables(
      rows.map((row) =>
        Object.fromEntries(
          Object.entries(row).map(([key, value]) => [key, typeof value === 'bigint' ? Number(value) : value]),
        ),
      ),
    );
    const shipped = loadKernelTables(shippedProfiles, 'a100-sxm-80gb--vllm-0.14').gemm;
    expect(shipped.map(({ format, fit }) => ({ format, fit }))).toEqual(
      tables.map(({ format, fit }) => ({ format, fit })),
    );
    for (const [index, time] of (tables[0]?.grid.times ?? []).entries())
      expect(Math.abs((shipped[0]?.grid.times[index] ?? 0) / time - 1)).toBeLessThan(0.0023);
  });
});
