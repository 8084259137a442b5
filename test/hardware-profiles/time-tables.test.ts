import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decodeTimes, encodeTime } from '../../hardware-profiles/time-codes.ts';
import { timeAt } from '../../hardware-profiles/time-grid.ts';
import { kernelLibrary } from '../../hardware-profiles/kernel-library.ts';
import { loadKernelTables } from '../../hardware-profiles/kernel-tables.ts';
import { loadEngine } from '../../hardware-profiles/load-engine.ts';
import { profilesOf, shippedProfiles } from '../support/profiles.ts';

describe('time codes', () => {
  it('keep a time to 0.23 %, from 100 ns to 10 s', () => {
    fc.assert(
      fc.property(fc.double({ min: -16.1, max: 2.2, noNaN: true }), (logarithm) => {
        const time = Math.exp(logarithm);
        const [decoded] = decodeTimes(encodeTime(time)) ?? [];
        expect(Math.abs((decoded ?? NaN) / time - 1)).toBeLessThan(0.0023);
      }),
    );
  });

  it('take the nearest end beyond, ignore white space, and refuse other texts', () => {
    expect(encodeTime(1e-12)).toBe('AA');
    expect(encodeTime(1e6)).toBe('__');
    expect(decodeTimes('AA\n AA')).toHaveLength(2);
    expect(decodeTimes('AAA')).toBeUndefined();
    expect(decodeTimes('A!')).toBeUndefined();
  });
});

describe('time grids', () => {
  const grid = {
    axes: [
      [1, 3],
      [10, 20, 40],
    ],
    times: Float64Array.from([1, 2, 4, 3, 4, 6]),
  };

  it('are linear between points, constant below, straight on beyond', () => {
    expect(timeAt(grid, [1, 10])).toBe(1);
    expect(timeAt(grid, [2, 15])).toBe(2.5);
    expect(timeAt(grid, [0, 0])).toBe(1);
    expect(timeAt(grid, [1, 60])).toBe(6);
    expect(timeAt(grid, [5, 10])).toBe(5);
  });

  it('never go below zero', () => {
    expect(timeAt({ axes: [[1, 2]], times: Float64Array.from([5, 1]) }, [10])).toBe(0);
  });
});

describe('kernel tables', () => {
  it.each(shippedProfiles.names('kernels'))(
    '%s: whole, of a known GPU, and within its stated error',
    (name) => {
      const tables = loadKernelTables(shippedProfiles, name);
      expect(shippedProfiles.names('gpus')).toContain(tables.gpu);
      const all = [
        ...tables.gemm,
        ...tables.decodeAttention,
        ...tables.prefillAttention,
        ...tables.experts,
        ...tables.latentDecode,
        ...tables.latentPrefill,
        ...tables.allReduce,
      ];
      expect(tables.gemm.length).toBeGreaterThan(0);
      for (const { grid, fit } of all) {
        expect(grid.times).toHaveLength(grid.axes.reduce((product, axis) => product * axis.length, 1));
        for (const axis of grid.axes) expect([...axis].sort((a, b) => a - b)).toEqual(axis);
        if (fit !== undefined) expect(fit.median).toBeLessThan(0.1);
      }
    },
  );

  it('come nearest version first', () => {
    const library = kernelLibrary(shippedProfiles, 'h100-sxm-80gb');
    const versions = (engine: string) =>
      library.nearest(loadEngine(shippedProfiles, engine)).map(({ version }) => version);
    expect(versions('vllm-0.33')).toEqual(['0.24.0', '0.19.0', '0.14.0']);
    expect(versions('vllm-0.19')).toEqual(['0.19.0', '0.24.0', '0.14.0']);
    expect(versions('vllm-0.12')).toEqual(['0.14.0', '0.19.0', '0.24.0']);
    expect(
      kernelLibrary(shippedProfiles, 'mi300x-192gb').nearest(loadEngine(shippedProfiles, 'vllm-0.33')),
    ).toEqual([]);
  });

  it('a file that is none says so', () => {
    const source = profilesOf({ 'kernels/x--vllm-0.1': '{"gpu": "x"}' });
    expect(() => loadKernelTables(source, 'x--vllm-0.1')).toThrow('is no kernel table');
  });
});
