import type { ParameterReader } from '../../config/parameter-reader.ts';
import { definePlugin, type PluginContext } from '../../plugin-type.ts';
import type { Filter } from '../../plugin.ts';

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

interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
}

function selectorPlugin(type: string, maturity: 'beta' | 'deprecated') {
  return definePlugin<readonly Requirement[]>({
    type,
    roles: ['filter'],
    maturity,
    parameters: readSelector,
    create: (requirements, { name }: PluginContext): Filter => ({
      type,
      name,
      filter: (_state, endpoints) =>
        endpoints.filter(({ labels }) => requirements.every((requirement) => matches(labels, requirement))),
    }),
  });
}

function matches(labels: ReadonlyMap<string, string>, { key, operator, values }: Requirement): boolean {
  const value = labels.get(key);
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    default:
      return value === undefined;
  }
}

function readSelector(reader: ParameterReader): Requirement[] {
  const requirements: Requirement[] = [];
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

/** Source: k8s.io/apimachinery/pkg/util/validation (IsQualifiedName). */
function checkKey(key: string, reader: ParameterReader): void {
  const parts = key.split('/');
  const name = parts.at(-1) ?? '';
  const prefix = parts.length === 2 ? parts[0] : undefined;
  const nameIsGood = name.length <= 63 && /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/.test(name);
  const prefixIsGood =
    prefix === undefined ||
    (prefix.length <= 253 &&
      /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(prefix));
  if (parts.length > 2 || !nameIsGood || !prefixIsGood)
    reader.refuse(undefined, `has "${key}", which is no name of a label`);
}

/** Source: k8s.io/apimachinery/pkg/util/validation (IsValidLabelValue). */
function checkValue(value: string, reader: ParameterReader): void {
  if (value.length > 63 || !/^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/.test(value))
    reader.refuse(undefined, `has "${value}", which is no value of a label`);
}
