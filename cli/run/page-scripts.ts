import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import type { PageScripts } from '../../reports/html/page-shell.ts';

/** The browser builds of the chart libraries, out of their packages. */
export function pageScripts(): PageScripts {
  const resolver = createRequire(import.meta.url);
  // Each package's entry stands in its build/, beside the one for browsers.
  const build = (name: string): string =>
    readFileSync(path.join(path.dirname(resolver.resolve(name)), `${name}.min.js`), 'utf8');
  return { vega: build('vega'), vegaLite: build('vega-lite'), vegaEmbed: build('vega-embed') };
}
