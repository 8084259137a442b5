import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { madePage, madeSweepPage, madeValidationPage, twoPolicies } from './page-fixture.ts';

const CHROMIUM = process.env.FLEETCAST_CHROMIUM ?? '/usr/bin/chromium';
/** Chromium's own talk with its maker's servers is switched off, so that what is left is the page's. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

describe('the page in a browser', () => {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
    folder = mkdtempSync(path.join(tmpdir(), 'fleetcast-page-'));
  });

  afterAll(async () => {
    await browser?.close();
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  /** Opens a page from a file; whatever it fetches beside itself, or says on the console, is collected. */
  async function open(text: string, look: { width?: number; dark?: boolean } = {}) {
    const file = path.join(folder, 'report.html');
    writeFileSync(file, text);
    const url = pathToFileURL(file).href;
    const page = await browser.newPage({
      viewport: { width: look.width ?? 1200, height: 900 },
      colorScheme: look.dark === true ? 'dark' : 'light',
    });
    const fetched: string[] = [];
    const said: string[] = [];
    page.on('request', (request) => request.url() !== url && fetched.push(request.url()));
    page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => said.push(`error: ${error.message}`));
    await page.goto(url);
    await page.waitForFunction(() => document.documentElement.dataset.charts === 'drawn', undefined, {
      timeout: 60_000,
    });
    return { page, fetched, said };
  }

  /** How many marks each SVG chart has, and how many different colours the pixels of each canvas. */
  const drawn = (page: Page) =>
    page.evaluate(() =>
      Array.from(document.querySelectorAll('.plot'), (plot) => {
        const canvas = plot.querySelector('canvas');
        if (canvas === null) {
          return { id: plot.id, marks: plot.querySelectorAll('[class*="mark-"] path').length };
        }
        const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
        const colours = new Set<string>();
        for (let at = 0; at < pixels.length; at += 4)
          colours.add(Array.from(pixels.slice(at, at + 4)).join());
        return { id: plot.id, marks: colours.size };
      }),
    );

  it('draws every chart, fetches nothing and keeps the console clean', async () => {
    const { page, fetched, said } = await open(madePage(twoPolicies, { attainment: 0.9 }));
    const charts = await drawn(page);
    expect(charts.map(({ id }) => id)).toEqual([
      'differences',
      'cdf-ttft',
      'cdf-tpot',
      'cdf-e2e',
      'parts-all',
      'parts-slow',
      ...[0, 1].flatMap((policy) =>
        ['waiting', 'running', 'kvShare'].map((key) => `strips-${policy}-${key}`),
      ),
    ]);
    for (const { id, marks } of charts) expect(marks, id).toBeGreaterThan(3);
    expect(fetched).toEqual([]);
    expect(said).toEqual([]);
    expect(await page.textContent('h1')).toBe('llm-d is better than round-robin.');
    await page.close();
  });

  it('draws a sweep: a chart per figure, and the last load that meets the SLO as a rule', async () => {
    const { page, fetched, said } = await open(madeSweepPage(), { width: 360 });
    const charts = await drawn(page);
    expect(charts.map(({ id }) => id)).toEqual(
      ['ttft', 'tpot', 'e2e', 'goodput', 'requests', 'attainment'].map((id) => `sweep-0-${id}`),
    );
    for (const { id, marks } of charts) expect(marks, id).toBeGreaterThan(3);
    // Of llm-d no load misses the SLO, so its limit is not known and not drawn.
    expect(await page.locator('#sweep-0-goodput .mark-rule.role-mark line').count()).toBe(1);
    // Three of four loads have a steady TTFT under the baseline; goodput has all four.
    expect(await page.locator('#sweep-0-ttft .mark-symbol path').count()).toBe(7);
    expect(await page.locator('#sweep-0-goodput .mark-symbol path').count()).toBe(8);
    expect(await page.textContent('h1')).toMatch(/^llm-d meets the SLO up to rate_scale 2/);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    expect([fetched, said]).toEqual([[], []]);
    await page.close();
  });

  it.each([
    { width: 360, dark: true },
    { width: 1200, dark: false },
  ])('draws measured against predicted on $width pixels (dark: $dark)', async (look) => {
    const { page, fetched, said } = await open(madeValidationPage(), look);
    const charts = await drawn(page);
    expect(charts.map(({ id }) => id)).toEqual([
      'scatter-ttft-mean',
      'scatter-tpot-mean',
      'scatter-e2e-mean',
      'knee-0',
    ]);
    // Every point, two bands and the diagonal.
    expect(await page.locator('#scatter-tpot-mean .mark-symbol path').count()).toBe(12);
    expect(await page.locator('#scatter-tpot-mean .mark-area path').count()).toBe(2);
    expect(await page.locator('#knee-0 .mark-symbol path').count()).toBe(8);
    await page.locator('#scatter-tpot-mean .mark-symbol path').first().hover({ force: true });
    await page.waitForSelector('#vg-tooltip-element.visible');
    expect(await page.textContent('#vg-tooltip-element')).toContain('on h200-sxm-141gb: measured');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(look.width);
    expect([fetched, said]).toEqual([[], []]);
    await page.close();
  });

  it.each([
    { width: 360, dark: false },
    { width: 820, dark: true },
    { width: 1600, dark: true },
  ])('fits a screen $width pixels wide (dark: $dark)', async (look) => {
    const { page, said } = await open(madePage(twoPolicies), look);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(look.width);
    expect(said).toEqual([]);
    await page.close();
  });

  it('shows values where the pointer is, and gives the report as a file', async () => {
    const { page, said } = await open(madePage(twoPolicies));
    await page.locator('#cdf-ttft').scrollIntoViewIfNeeded();
    await page
      .locator('#cdf-ttft path[aria-label^="P90"], #cdf-ttft .mark-symbol path')
      .first()
      .hover({ force: true });
    await page.waitForSelector('#vg-tooltip-element.visible');
    expect(await page.textContent('#vg-tooltip-element')).toMatch(/^P50 TTFT of round-robin: [\d,]+ ms$/);
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#download')]);
    expect(download.suggestedFilename()).toBe('made-up.json');
    expect(said).toEqual([]);
    await page.close();
  });

  it('draws what is left when nothing is stable, and runs no name as a script', async () => {
    const evil = `</script><script>document.title = 'taken'</script>`;
    const { page, fetched, said } = await open(
      madePage([
        { policy: evil, verdict: 'unstable' },
        { policy: 'b', verdict: 'unstable' },
      ]),
    );
    expect((await drawn(page)).map(({ id }) => id)).toContain('cdf-tpot');
    expect(await page.title()).toBe('made-up: fleetcast forecast');
    expect(await page.textContent('#glance + p + div')).toContain(evil);
    expect([fetched, said]).toEqual([[], []]);
    await page.close();
  });

  it('opens everything for print, on light paper', async () => {
    const { page } = await open(madePage(twoPolicies), { dark: true });
    await page.emulateMedia({ media: 'print' });
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
      'rgb(255, 255, 255)',
    );
    await page.pdf();
    expect(await page.locator('details:not([open])').count()).toBe(0);
    await page.close();
  });
});
