import type { Manifest } from '../../documents/run-report.ts';
import { CHART_CONFIG, type Chart } from './chart.ts';
import { dataElement, html, scriptElement, styleElement, type Markup } from './markup.ts';
import { PAGE_SCRIPT } from './page-script.ts';
import { PAGE_STYLE } from './page-style.ts';

/** The texts of the chart libraries' browser builds, which stand in their packages. */
export interface PageScripts {
  /** vega/build/vega.min.js */
  readonly vega: string;
  /** vega-lite/build/vega-lite.min.js */
  readonly vegaLite: string;
  /** vega-embed/build/vega-embed.min.js */
  readonly vegaEmbed: string;
}

export interface PageContent {
  readonly manifest: Manifest;
  /** The answer, for those who look for the page. */
  readonly sentence: string;
  readonly main: Markup;
  /** The document that the page offers as a file. */
  readonly document: unknown;
  readonly charts: readonly Chart[];
  readonly scripts: PageScripts;
}

/** A self-contained page: it opens offline and asks nothing of any host. Equal content gives equal bytes. */
export function renderShell({ manifest, sentence, main, document, charts, scripts }: PageContent): string {
  // Scripts need the page's own token: markup that slipped through the escaping would still not run.
  const nonce = manifest.scenarioSha256.slice(0, 32);
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'unsafe-inline'; img-src data:; connect-src 'none'; base-uri 'none'; form-action 'none'`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="description" content="${sentence}" />
        <meta name="generator" content="fleetcast ${manifest.fleetcastVersion}" />
        <title>${manifest.scenario}: fleetcast forecast</title>
        ${styleElement(PAGE_STYLE)}
      </head>
      <body>
        <a class="skip" href="#glance">Skip to the figures</a>
        <div class="page">
          <header class="masthead">
            <span><b>fleetcast</b> forecast</span>
            <span>${manifest.scenario}</span>
          </header>
          <main>${main}</main>
          <footer>
            Charts are drawn by Vega, Vega-Lite and vega-embed (BSD 3-Clause, © University of Washington
            Interactive Data Lab), which this page carries with it. It asks nothing of any host.
          </footer>
        </div>
        ${dataElement('report', document)} ${dataElement('charts', { config: CHART_CONFIG, charts })}
        ${[scripts.vega, scripts.vegaLite, scripts.vegaEmbed, PAGE_SCRIPT].map((text) => scriptElement(text, nonce))}
      </body>
    </html>`;
  return `${page.markup}\n`;
}

/** For readers whose browser runs no scripts. */
export function withoutScripts(): Markup {
  return html`<noscript
    ><p class="lede">The charts need JavaScript; every figure stands in the tables as well.</p></noscript
  >`;
}
