import { describe, expect, it } from 'vitest';

import { goJson, goStruct } from '../../../scheduler/tokenizer/go-json.ts';
import { base64ImageSize } from '../../../scheduler/tokenizer/image-size.ts';
import { audioTokens, imageUrlTokens, videoTokens } from '../../../scheduler/tokenizer/media-estimate.ts';
import { tokenizeBody } from '../../../scheduler/tokenizer/tokenize-body.ts';
import { hash64Text, xxHash64 } from '../../../scheduler/tokenizer/xxhash64.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The text that a prompt's tokens were packed from. */
function textOf(path: string, body: unknown, headers: Record<string, string> = {}): string[] {
  const result = tokenizeBody(path, JSON.stringify(body), headers);
  if (result.kind === 'unreadable') throw new Error(result.message);
  return (result.prompts ?? []).map(({ tokens }) =>
    new TextDecoder().decode(new Uint8Array(tokens.buffer)).replace(/\0+$/, ''),
  );
}

describe('XXH64', () => {
  // Values of the reference implementation (xxhsum) at seed 0.
  it.each([
    ['', 'ef46db3751d8e999'],
    ['a', 'd24ec4f1a98c6e5b'],
    ['abc', '44bc2cf5ad770999'],
    ['Nobody inspects the spammish repetition', 'fbcea83c8a378bf1'],
  ])('of "%s" is %s', (text, expected) => {
    expect(hash64Text(xxHash64(bytes(text)))).toBe(expected);
  });

  it('sees every byte of a long input', () => {
    const data = new Uint8Array(1000);
    const hashes = new Set([hash64Text(xxHash64(data))]);
    for (let i = 0; i < data.length; i++) {
      data[i] = 1;
      hashes.add(hash64Text(xxHash64(data)));
      data[i] = 0;
    }
    expect(hashes.size).toBe(1001);
  });
});

describe("Go's JSON", () => {
  it('sorts keys by their UTF-8 bytes', () => {
    expect(goJson({ b: 1, a: 2, '\ufb01': 3, '😀': 4, aa: 5 })).toBe(
      '{"a":2,"aa":5,"b":1,"\ufb01":3,"😀":4}',
    );
  });

  it('writes numbers in their shortest form', () => {
    expect(goJson(JSON.parse('[1.50, 1e3, 1e21, 1e-7, -0, 0.1]'))).toBe('[1.5,1000,1e+21,1e-7,-0,0.1]');
  });

  it('escapes what could end a script, and line separators', () => {
    expect(goJson('<a> & \u2028\u2029 "q" \\ \n\t\u0001 \u007f')).toBe(
      '"\\u003ca\\u003e \\u0026 \\u2028\\u2029 \\"q\\" \\\\ \\n\\t\\u0001 \u007f"',
    );
    expect(goJson('\ud800')).toBe('"\ufffd"');
  });

  it('keeps the order of a structure and leaves absent members out', () => {
    expect(
      goStruct([
        ['z', 1],
        ['a', undefined],
        ['b', null],
      ]),
    ).toBe('{"z":1,"b":null}');
  });
});

describe('sizes of images', () => {
  const base64 = (...data: number[]): string => Buffer.from(data).toString('base64');
  const png = [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52];

  it('stand in the heads of PNG, GIF and JPEG files', () => {
    const ihdr = [...png, 0, 0, 4, 0, 0, 0, 3, 0, 8, 2, 0, 0, 0, 1, 2, 3, 4];
    expect(base64ImageSize(base64(...ihdr))).toEqual({ width: 1024, height: 768 });
    const gif = [...bytes('GIF89a'), 0x40, 0x01, 0xc8, 0x00, 0, 0, 0];
    expect(base64ImageSize(base64(...gif))).toEqual({ width: 320, height: 200 });
    const jpeg = [0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc2, 0, 17, 8, 0x01, 0x2c, 0x01, 0x90, 3, 0, 0];
    expect(base64ImageSize(base64(...jpeg))).toEqual({ width: 400, height: 300 });
  });

  it('are unknown of anything else', () => {
    expect(base64ImageSize(base64(...png))).toBeUndefined();
    expect(base64ImageSize('')).toBeUndefined();
    expect(base64ImageSize('%%%')).toBeUndefined();
  });

  it('decide the tokens of an embedded image; 640 x 360 stands for the rest', () => {
    const ihdr = [...png, 0, 0, 4, 0, 0, 0, 3, 0, 8, 2, 0, 0, 0, 1, 2, 3, 4];
    expect(imageUrlTokens(`data:image/png;base64,${base64(...ihdr)}`, {})).toBe(768);
    expect(imageUrlTokens('https://example.org/a.png', {})).toBe(225);
    expect(imageUrlTokens('x', { image: { mode: 'static', staticTokens: 9 } })).toBe(9);
  });
});

describe('tokens of videos', () => {
  it.each([
    [{}, {}, 20 * 225],
    [{ 'x-llm-d-video-duration-seconds': '3.7' }, {}, 7 * 225],
    [{ 'x-llm-d-video-resolution': '1280x720' }, {}, 20 * 900],
    [{ 'x-llm-d-video-fps': '4' }, {}, 20 * 225],
    [{ 'x-llm-d-video-fps': '4' }, { framesMode: 'strided', frameStride: 3 }, 13 * 225],
    [{}, { maxFrames: 8, temporalPatchSize: 2, tokensPerFrameMode: 'static', staticTokensPerFrame: 10 }, 40],
    [{}, { maxTokens: 100 }, 100],
  ])('of %j under %j are %i', (headers, video, expected) => {
    expect(videoTokens(headers, { video })).toBe(expected);
  });
});

describe('what a body is packed from', () => {
  it('conversations: the items in the order type, role, content', () => {
    const items = [{ role: 'user', content: { b: 1, a: 'x' }, type: 'message' }];
    expect(textOf('/v1/conversations', { items })).toEqual([
      '[{"type":"message","role":"user","content":{"a":"x","b":1}}]',
    ]);
  });

  it('embeddings: the structure that Go writes', () => {
    expect(textOf('/v1/embeddings', { input: 'a' })).toEqual(['{"Raw":"a","Strings":null,"TokenIDs":null}']);
    expect(textOf('/v1/embeddings', { input: ['a', 'b'] })).toEqual([
      '{"Raw":"","Strings":["a","b"],"TokenIDs":null}',
    ]);
  });

  it('messages: thinking, uses of tools and their results', () => {
    const content = [
      { type: 'thinking', thinking: 'hm' },
      { type: 'tool_use', id: 'i', name: 'n', input: { z: 1, a: 2 } },
      {
        type: 'tool_result',
        content: [
          { type: 'text', text: 'one' },
          { type: 'text', text: 'two' },
        ],
      },
    ];
    const system = [
      { type: 'text', text: 'x-anthropic-billing-header: 77' },
      { type: 'text', text: 'sys' },
    ];
    expect(textOf('/v1/messages', { system, messages: [{ role: 'user', content }] })).toEqual([
      'sysuserhmin{"z":1,"a":2}one\ntwo',
    ]);
  });

  it('token ids of vLLM stay what they are, their features sorted by place', () => {
    const body = {
      token_ids: [5, 6, 7],
      features: {
        mm_hashes: { image: ['b'], audio: ['a'] },
        mm_placeholders: { image: [{ offset: 2, length: 1 }], audio: [{ offset: 0, length: 2 }] },
      },
    };
    expect(tokenizeBody('/inference/v1/generate', JSON.stringify(body))).toMatchObject({
      prompts: [{ tokens: Uint32Array.of(5, 6, 7), features: [{ hash: 'a' }, { hash: 'b' }] }],
    });
  });

  it('names match without regard to case, the last one wins', () => {
    expect(textOf('/v1/completions', { PROMPT: 'x', Prompt: 'y' })).toEqual(['y']);
  });
});

describe('bodies that are refused', () => {
  it.each([
    ['/v1/completions', '{"prompt":""}'],
    ['/v1/completions', '{"prompt":[]}'],
    ['/v1/completions', '{"prompt":["a",1]}'],
    ['/v1/completions', '{"prompt":[1.5]}'],
    ['/v1/completions', '{"prompt":[[1]]}'],
    ['/v1/chat/completions', '{"messages":[]}'],
    ['/v1/chat/completions', '{"messages":[{"role":1,"content":"x"}]}'],
    ['/v1/chat/completions', '{"messages":[{"role":"user","content":7}]}'],
    ['/v1/responses', '{}'],
    ['/v1/messages', '{"messages":[]}'],
    ['/v1/completions', '[1]'],
    ['/v1/completions', '{"prompt":"x","n":1e999}'],
    ['/v1/completions', 'nonsense'],
  ])('%s %s', (path, body) => {
    expect(tokenizeBody(path, body).kind).toBe('unreadable');
  });

  it('may be nested as deep as Go reads, which is 10,000 levels', () => {
    const body = (levels: number): string => {
      // The body, the list of tools and `levels - 2` lists in it.
      const tools = `${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}`;
      return `{"tools":${tools},"messages":[{"role":"user","content":"hi"}]}`;
    };
    for (const [levels, tokens] of [
      [5000, (2 * 4999 + 6) / 4],
      [10_000, (2 * 9999 + 6) / 4],
    ] as const) {
      const result = tokenizeBody('/v1/chat/completions', body(levels));
      expect(result.kind === 'tokenized' && result.prompts?.map((prompt) => prompt.tokens.length)).toEqual([
        Math.ceil(tokens),
      ]);
    }
    expect(tokenizeBody('/v1/chat/completions', body(10_001)).kind).toBe('unreadable');
    expect(tokenizeBody('/v1/chat/completions', body(200_000)).kind).toBe('unreadable');
  });

  it('leaves bodies of other paths alone', () => {
    expect(tokenizeBody('/v1/rerank', 'anything')).toMatchObject({ kind: 'tokenized', prompts: undefined });
  });
});

describe('a sound', () => {
  it('counts a token per 4 bytes of its text, which are not its letters', () => {
    expect(['', 'abcd', 'abcde', 'ääää', '😀😀'].map(audioTokens)).toEqual([1, 1, 2, 2, 2]);
  });
});
