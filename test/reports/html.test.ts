import { describe, expect, it } from 'vitest';

import { DIGITS, encodeBins, FULL_SCALE } from '../../reports/html/encode-bins.ts';
import { escapeHtml, html, scriptElement, typeset } from '../../reports/html/markup.ts';
import type { MadePolicy } from '../support/made-report.ts';
import { madePage, twoPolicies } from './page-fixture.ts';

const NO_SCRIPTS = { vega: '', vegaLite: '', vegaEmbed: '' };

/** What a page says, without styles, scripts and data. */
const saying = (page: string): string =>
  page
    .replaceAll(/<(style|script)[^>]*>[\s\S]*?<\/\1>\n?/g, '')
    .replaceAll(/^\s+/gm, '')
    .replaceAll(/\s+$/gm, '');

describe('the page', () => {
  it('says what it said', async () => {
    const page = madePage(twoPolicies, { scenario: 'support-chat-rag', attainment: 0.9 }, NO_SCRIPTS);
    await expect(`${saying(page)}\n`).toMatchFileSnapshot('golden/two-policies.page.txt');
  });

  it('has the same bytes for the same run', () => {
    expect(madePage(twoPolicies)).toBe(madePage(twoPolicies));
  });

  it('forbids itself every connection, and every script without its token', () => {
    const page = madePage(twoPolicies, {}, NO_SCRIPTS);
    const policy = /Content-Security-Policy" content="([^"]+)"/.exec(page)?.[1] ?? '';
    expect(policy).toContain('default-src &#39;none&#39;');
    expect(policy).toContain('connect-src &#39;none&#39;');
    const nonce = /script-src &#39;nonce-(\w{32})&#39;/.exec(policy)?.[1];
    const scripts = [...page.matchAll(/<script(?! type="application\/json")([^>]*)>/g)].map(
      ([, attributes]) => attributes,
    );
    expect(scripts).toEqual(new Array(4).fill(` nonce="${nonce}"`));
    expect(page).not.toMatch(/(?:src|href)="(?!#)/);
  });

  it('stays below 3 MB with many policies on many replicas', () => {
    const many = (policies: number, replicas: number): MadePolicy[] =>
      Array.from({ length: policies }, (_, k) => ({ policy: `policy ${k}`, queue: 1 + 0.1 * k, replicas }));
    for (const policies of [many(5, 512), many(20, 64)]) {
      const size = Buffer.byteLength(madePage(policies, { minutes: 30 }));
      expect(size).toBeGreaterThan(8e5);
      expect(size).toBeLessThan(3e6);
    }
  });

  it('shows no TTFT and no E2E of an unstable run, in tables or charts', () => {
    const page = madePage(
      [
        { policy: 'a', verdict: 'unstable' },
        { policy: 'b', verdict: 'unstable' },
      ],
      {},
      NO_SCRIPTS,
    );
    const text = saying(page);
    expect(text).not.toMatch(/P\d\d (TTFT|E2E)|(TTFT|E2E) P\d\d/);
    expect(page).not.toContain('cdf-ttft');
    expect(page).not.toContain('parts-all');
    expect(page).toContain('cdf-tpot');
  });

  it('lets no name or text become markup', () => {
    const evil = `</script><img src=x onerror="alert('1')"><!--`;
    const page = madePage(
      [
        { policy: evil, labels: [{ code: evil, text: evil, path: evil }] },
        { policy: 'b', queue: 2 },
      ],
      { scenario: evil },
      NO_SCRIPTS,
    );
    expect(page).not.toContain('<img');
    expect(page).not.toContain('<!--');
    expect(page.match(/<\/script>/g)).toHaveLength(6);
    const report = /id="report">([^<]*)<\/script>/.exec(page)?.[1] ?? '';
    expect(JSON.parse(report)).toMatchObject({
      manifest: { scenario: evil },
      runs: [{ policy: evil }, { policy: 'b' }],
    });
  });
});

describe('markup', () => {
  it('escapes values, keeps markup, joins lists', () => {
    expect(html`<p title="${'"&'}">${['<b>', html`<i>${1}</i>`, undefined]}</p>`.markup).toBe(
      '<p title="&quot;&amp;">&lt;b&gt;<i>1</i></p>',
    );
    expect(escapeHtml(`&<>"'`)).toBe('&amp;&lt;&gt;&quot;&#39;');
  });

  it('keeps a script inside its element and drops the hint at its source map', () => {
    const text = 'const a = "</script>", b = "<!--", c = "<SCRIPT";\n//# sourceMappingURL=a.map\n';
    const { markup } = scriptElement(text, 'n');
    expect(markup).toBe(
      `<script nonce="n">const a = "\\x3c/script>", b = "\\x3c!--", c = "\\x3cSCRIPT";\n\n</script>\n`,
    );
  });

  it('sets numbers with their units, minus signs and commands', () => {
    expect(typeset('95 % interval -2,310 to -1,960 ms, llm-d, a-1').markup).toBe(
      '95\u00a0% interval \u22122,310\u00a0to\u00a0\u22121,960\u00a0ms, llm-d, a-1',
    );
    expect(typeset('add replicas (--set a[0].b=6) <now>').markup).toBe(
      'add replicas (<code>--set a[0].b=6</code>) &lt;now&gt;',
    );
  });
});

describe('bins', () => {
  it('keep values to 1/4094 of their maximum, and say which are absent', () => {
    const values = Float64Array.of(0, 0.001, 3.3, 7, NaN, 9);
    const text = encodeBins(values, 7);
    const read = Array.from(values.keys(), (k) => {
      const code = 64 * DIGITS.indexOf(text[2 * k] ?? '') + DIGITS.indexOf(text[2 * k + 1] ?? '');
      return code > FULL_SCALE ? NaN : (code / FULL_SCALE) * 7;
    });
    expect(read[4]).toBeNaN();
    expect(read[5]).toBe(7);
    [0, 1, 2, 3].forEach((k) => expect(Math.abs((read[k] ?? NaN) - (values[k] ?? 0))).toBeLessThan(7 / 4094));
    expect(encodeBins(Float64Array.of(0, 0), 0)).toBe('AAAA');
  });
});
