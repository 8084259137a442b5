import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { canonicalJson } from '../../base/canonical-json.ts';
import { Sha256, sha256 } from '../../base/sha256.ts';

describe('SHA-256', () => {
  it('gives the digests of FIPS 180-4', () => {
    expect(sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(sha256('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq')).toBe(
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    );
    expect(sha256('a'.repeat(1_000_000))).toBe(
      'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0',
    );
  });

  it('agrees with the platform on any text, whole or in pieces', () => {
    const texts = fc.array(fc.string({ unit: 'grapheme', maxLength: 90 }), { maxLength: 6 });
    fc.assert(
      fc.property(texts, (pieces) => {
        const whole = pieces.join('');
        const digest = pieces.reduce((hash, piece) => hash.update(piece), new Sha256()).hex();
        expect(digest).toBe(createHash('sha256').update(whole).digest('hex'));
        expect(digest).toBe(sha256(whole));
      }),
      { numRuns: 300 },
    );
  });
});

describe('canonical JSON', () => {
  it('does not depend on the order of keys, but on everything else', () => {
    expect(canonicalJson({ b: [2, { d: 1, c: undefined }], a: 'x' })).toBe('{"a":"x","b":[2,{"d":1}]}');
    expect(canonicalJson({ a: 'x', b: [2, { d: 1 }] })).toBe(canonicalJson({ b: [2, { d: 1 }], a: 'x' }));
    expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
  });
});
