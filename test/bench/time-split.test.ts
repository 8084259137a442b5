import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

import { FILES_OF_PARTS, splitOf } from '../../bench/time-split.ts';
import { packageRoot } from '../../cli/package-root.ts';

describe('the split of time', () => {
  const frame = (functionName: string, url = '') => ({
    functionName,
    url,
    scriptId: '0',
    lineNumber: 0,
    columnNumber: 0,
  });

  it('counts what belongs to no part for its caller', () => {
    const nodes = [
      { id: 1, callFrame: frame('(root)'), children: [2, 6] },
      { id: 2, callFrame: frame('advance', 'file:///x/dist/sim/engine/replica-server.js'), children: [3, 5] },
      { id: 3, callFrame: frame('take', 'file:///x/dist/sim/engine/block-pool.js'), children: [4] },
      { id: 4, callFrame: frame('invariant', 'file:///x/dist/base/invariant.js') },
      { id: 5, callFrame: frame('max') },
      { id: 6, callFrame: frame('(garbage collector)') },
    ];
    const samples = [1, 2, 2, 3, 4, 4, 5, 6];
    expect(splitOf({ nodes, samples, startTime: 0, endTime: 1 })).toEqual({
      engine: 3 / 8,
      prefixCache: 3 / 8,
      garbageCollection: 1 / 8,
      other: 1 / 8,
    });
  });

  it('names files and folders that exist', () => {
    for (const file of FILES_OF_PARTS.flatMap(([, files]) => files)) {
      const there = path.join(packageRoot(), file.endsWith('/') ? file : `${file}.ts`);
      expect(existsSync(there), file).toBe(true);
    }
  });
});
