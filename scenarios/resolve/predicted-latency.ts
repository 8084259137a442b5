import type { ValuePath } from '../../base/yaml-text.ts';
import type { LoadedConfig } from '../../scheduler/index.ts';
import type { ResolvedGatewaySpec } from './gateway-of.ts';
import { fillLatencyPredictor } from './latency-predictor-of.ts';
import type { Notes } from './notes.ts';

/** Plugins that look at the SLO of a request. */
const SLO_READERS = ['predicted-latency-producer', 'latency-slo-admitter', 'slo-deadline-ordering-policy'];

/**
 * A gateway with who predicts latencies for its picker, and whether requests tell it their SLO. Both are absent where no
 * plugin asks. Notes what stands in for the real predictor, and settings that nobody would look at.
 */
export function withPredictions(
  gateway: ResolvedGatewaySpec,
  config: LoadedConfig | undefined,
  hasSlo: boolean,
  path: ValuePath,
  notes: Notes,
): ResolvedGatewaySpec {
  const types = new Set(config?.plugins.map(({ type }) => type.type) ?? []);
  const asks = types.has('predicted-latency-producer');
  const readsSlo = SLO_READERS.some((type) => types.has(type));
  const { latency_predictor, slo_headers, ...rest } = gateway;
  for (const [key, isUsed] of [
    ['latency_predictor', asks || latency_predictor === undefined],
    ['slo_headers', readsSlo || slo_headers === undefined],
  ] as const) {
    if (!isUsed)
      notes.problem(
        'E_VALUE',
        [...path, 'gateway', key],
        'has no effect on this router: no plugin of it looks there',
        'it belongs to routers with a predicted-latency-producer',
      );
  }
  if (!readsSlo) return rest;
  const sloHeaders = slo_headers ?? true;
  if (!hasSlo || !sloHeaders)
    notes.label(
      'slo-headers',
      'requests carry no SLO: headrooms are negative, and the least latency wins',
      path,
    );
  if (!asks) return { ...rest, slo_headers: sloHeaders };
  const predictor = fillLatencyPredictor(latency_predictor);
  notes.label(
    'latency-predictor',
    PREDICTORS[predictor.kind === 'learned' ? (predictor.model_type ?? 'xgboost') : predictor.kind],
    [...path, 'gateway', 'latency_predictor'],
  );
  return { ...rest, slo_headers: sloHeaders, latency_predictor: predictor };
}

const PREDICTORS = {
  xgboost:
    'latencies are predicted by gradient-boosted trees trained in the run, with the loss and the settings that llm-d gives XGBoost, but not by XGBoost itself',
  bayesian_ridge:
    'latencies are predicted by a Bayesian ridge regression trained in the run, where llm-d deploys gradient-boosted trees by default',
  oracle:
    'oracle: latencies are predicted from the true state of every replica, which no router knows: a bound on what a predictor can know, not on what the rule makes of it (latency-scorer packs requests up to their SLO unless headroomSelectionStrategy is most)',
  none: 'nobody predicts latencies: scorers fall back to metrics, as with the servers down',
} as const;
