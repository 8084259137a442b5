import type { Label, RunEntry } from '../../documents/run-report.ts';
import { listed } from '../format.ts';
import { labelsByPolicy } from '../labels-by-policy.ts';
import { html, type Markup } from './markup.ts';

/** What weakens the forecast, and what its words mean. */
export function trustSection({
  runs,
}: {
  readonly runs: readonly Pick<RunEntry, 'policy' | 'labels'>[];
}): Markup {
  const labels = new Map<string, { label: Label; policies: string[] }>();
  for (const { policy, labels: own } of labelsByPolicy(runs)) {
    for (const label of own) {
      const known = labels.get(`${label.code} ${label.text}`) ?? { label, policies: [] };
      if (!known.policies.includes(policy)) known.policies.push(policy);
      labels.set(`${label.code} ${label.text}`, known);
    }
  }
  const policies = new Set(runs.map(({ policy }) => policy)).size;
  return html`<section aria-labelledby="labels">
      <h2 id="labels">What weakens this forecast</h2>
      ${
        labels.size === 0
          ? html`<p class="lede">No figure was assumed, and no input lies outside the calibrated range.</p>`
          : html`<ul class="labels">
              ${[...labels.values()].map(
                ({ label, policies: named }) =>
                  html`<li>
                    <code>${label.code}</code>
                    <span
                      >${label.text}${label.path === undefined ? '' : html` (<code>${label.path}</code>)`}${named.length === policies ? '' : `, ${listed(named)}`}</span
                    >
                  </li>`,
              )}
            </ul>`
      }
    </section>
    <section aria-labelledby="words">
      <h2 id="words">What the words mean</h2>
      <dl class="facts">
        ${DEFINITIONS.map(
          ([word, meaning]) =>
            html`<dt>${word}</dt>
              <dd>${meaning}</dd>`,
        )}
      </dl>
    </section>`;
}

const DEFINITIONS = [
  ['TTFT', 'arrival at the router until the first output token leaves the replica'],
  ['E2E', 'arrival at the router until the last output token leaves it'],
  ['TPOT', '(E2E - TTFT) / (output tokens - 1); none for answers of one token'],
  ['P90', '90 % of the completed requests took at most this long, interpolated linearly'],
  ['attainment', 'share of the offered requests that completed and met every target of the SLO'],
  ['prefix hit rate', 'share of the input tokens that the replicas found in their prefix caches'],
  ['stable', 'the fleet serves what arrives'],
  ['saturated', 'it does, but most of the time some request cannot be admitted'],
  ['unstable', 'more arrives than is served: the longer one looks, the longer the latencies'],
  ['too close to call', 'the 95 % interval of the difference contains zero'],
] as const;
