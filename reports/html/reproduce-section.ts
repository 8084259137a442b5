import type { Manifest } from '../../documents/run-report.ts';
import { html, type Markup } from './markup.ts';

/** The command, the resolved scenario (where there is one) and the hashes that give this page again. */
export function reproduceSection(manifest: Manifest, command: string, scenario?: string): Markup {
  const facts: [string, string][] = [
    ['fleetcast', manifest.fleetcastVersion],
    [manifest.seeds.length === 1 ? 'seed' : 'seeds', manifest.seeds.join(', ')],
    ['scenario', `${manifest.scenario}, SHA-256 ${manifest.scenarioSha256}`],
    ...(manifest.workloadSha256 === undefined
      ? []
      : [['workload', `SHA-256 ${manifest.workloadSha256}`] satisfies [string, string]]),
  ];
  return html`<section aria-labelledby="reproduce">
    <h2 id="reproduce">Reproduce it</h2>
    <p class="lede">
      Equal scenario, seed and version give the same figures to the last digit, on any machine.
    </p>
    <pre class="command"><code>${command}</code></pre>
    <dl class="facts">
      ${facts.map(
        ([name, value]) =>
          html`<dt>${name}</dt>
            <dd>${value}</dd>`,
      )}
    </dl>
    <p>
      <a id="download" href="#reproduce" download="${manifest.scenario}.json" hidden
        >Download the report as JSON</a
      >
    </p>
    ${
      scenario === undefined
        ? undefined
        : html`<details>
            <summary>The resolved scenario, every default filled in</summary>
            <pre tabindex="0"><code>${scenario}</code></pre>
          </details>`
    }
  </section>`;
}
