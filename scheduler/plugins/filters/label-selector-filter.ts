import type { ParameterReader } from '../../config/parameter-reader.ts';
import { definePlugin, type PluginContext } from '../../plugin-type.ts';
import type { Filter } from '../../plugin.ts';
import { isLabelName, isLabelValue, meetsAll, type LabelRequirement } from '../label-selector.ts';

/*
 * label-selector-filter, and by-label-selector (deprecated, the same): keeps endpoints whose labels match a Kubernetes
 * label selector; without any condition all match.
 * Inputs: labels. Parameters: matchLabels {key: value}, matchExpressions [{key, operator: In | NotIn | Exists |
 * DoesNotExist, values}].
 * Source: pkg/epp/framework/plugins/scheduling/filter/bylabel/selector.go of llm-d-router at ebab6879;
 * k8s.io/apimachinery/pkg/labels (NotIn also matches where the label is missing).
 */
export const labelSelectorFilter = selectorPlugin('label-selector-filter', 'beta');
export const byLabelSelector = selectorPlugin('by-label-selector', 'deprecated');

function selectorPlugin(type: string, maturity: 'beta' | 'deprecated') {
  return definePlugin<readonly LabelRequirement[]>({
    type,
    roles: ['filter'],
    maturity,
    parameters: readSelector,
    create: (requirements, { name }: PluginContext): Filter => ({
      type,
      name,
      filter: (_state, endpoints) => endpoints.filter(({ labels }) => meetsAll(labels, requirements)),
    }),
  });
}

function readSelector(reader: ParameterReader): LabelRequirement[] {
  const requirements: LabelRequirement[] = [];
  for (const [key, value] of reader.stringMap('matchLabels') ?? []) {
    checkKey(key, reader);
    checkValue(value, reader);
    requirements.push({ key, operator: 'In', values: [value] });
  }
  for (const expression of reader.objects('matchExpressions') ?? []) {
    const key = expression.string('key', '');
    const operator = expression.string('operator', '');
    const values = expression.strings('values') ?? [];
    const takesValues = operator === 'In' || operator === 'NotIn';
    if (!takesValues && operator !== 'Exists' && operator !== 'DoesNotExist')
      expression.refuse('operator', 'must be In, NotIn, Exists or DoesNotExist');
    else if (takesValues && values.length === 0) expression.refuse('values', `are needed with ${operator}`);
    else if (!takesValues && values.length > 0) expression.refuse('values', `make no sense with ${operator}`);
    checkKey(key, expression);
    for (const value of values) checkValue(value, expression);
    requirements.push({ key, operator, values });
  }
  return requirements;
}

function checkKey(key: string, reader: ParameterReader): void {
  if (!isLabelName(key)) reader.refuse(undefined, `has "${key}", which is no name of a label`);
}

function checkValue(value: string, reader: ParameterReader): void {
  if (!isLabelValue(value)) reader.refuse(undefined, `has "${value}", which is no value of a label`);
}
