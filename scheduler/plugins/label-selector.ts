/** One condition of a Kubernetes label selector. Source: k8s.io/apimachinery/pkg/labels. */
export interface LabelRequirement {
  readonly key: string;
  /** In, NotIn, Exists, DoesNotExist, Gt, Lt. */
  readonly operator: string;
  readonly values: readonly string[];
}

export function meetsAll(
  labels: ReadonlyMap<string, string>,
  requirements: readonly LabelRequirement[],
): boolean {
  return requirements.every(({ key, operator, values }) => {
    const value = labels.get(key);
    switch (operator) {
      case 'In':
        return value !== undefined && values.includes(value);
      case 'NotIn':
        // Also where the label is missing.
        return value === undefined || !values.includes(value);
      case 'Exists':
        return value !== undefined;
      case 'Gt':
        return isInteger(value) && Number(value) > Number(values[0]);
      case 'Lt':
        return isInteger(value) && Number(value) < Number(values[0]);
      default:
        return value === undefined;
    }
  });
}

/**
 * A selector in its text form: conditions `a`, `!a`, `a=b`, `a==b`, `a!=b`, `a>1`, `a<1`, `a in (b, c)`, `a notin (b, c)`,
 * between commas. Undefined when it is none.
 */
export function parseLabelSelector(text: string): LabelRequirement[] | undefined {
  const requirements: LabelRequirement[] = [];
  // Commas between conditions, not those inside parentheses.
  for (const part of text.split(/,(?![^(]*\))/)) {
    const requirement = parseRequirement(part.trim());
    if (requirement === undefined || !isLabelName(requirement.key)) return undefined;
    const compares = requirement.operator === 'Gt' || requirement.operator === 'Lt';
    if (!compares && !requirement.values.every(isLabelValue)) return undefined;
    requirements.push(requirement);
  }
  return requirements;
}

function parseRequirement(text: string): LabelRequirement | undefined {
  const set = /^([^\s!=(),]+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(text);
  if (set !== null) {
    const [, key = '', word, list = ''] = set;
    const values = list.split(',').map((value) => value.trim());
    return { key, operator: word === 'in' ? 'In' : 'NotIn', values };
  }
  const equality = /^([^\s!=(),]+)\s*(==?|!=)\s*([^\s!=(),]*)$/.exec(text);
  if (equality !== null) {
    const [, key = '', sign, value = ''] = equality;
    return { key, operator: sign === '!=' ? 'NotIn' : 'In', values: [value] };
  }
  const comparison = /^([^\s!=<>(),]+)\s*([<>])\s*(-?\d+)$/.exec(text);
  if (comparison !== null) {
    const [, key = '', sign, value = ''] = comparison;
    return { key, operator: sign === '>' ? 'Gt' : 'Lt', values: [value] };
  }
  const presence = /^(!?)\s*([^\s!=(),]+)$/.exec(text);
  if (presence === null) return undefined;
  return { key: presence[2] ?? '', operator: presence[1] === '!' ? 'DoesNotExist' : 'Exists', values: [] };
}

function isInteger(value: string | undefined): boolean {
  return value !== undefined && /^[-+]?\d+$/.test(value);
}

/** Source: k8s.io/apimachinery/pkg/util/validation (IsQualifiedName). */
export function isLabelName(key: string): boolean {
  const parts = key.split('/');
  const name = parts.at(-1) ?? '';
  const prefix = parts.length === 2 ? parts[0] : undefined;
  const nameIsGood = name.length <= 63 && /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/.test(name);
  const prefixIsGood =
    prefix === undefined ||
    (prefix.length <= 253 &&
      /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(prefix));
  return parts.length <= 2 && nameIsGood && prefixIsGood;
}

/** Source: k8s.io/apimachinery/pkg/util/validation (IsValidLabelValue). */
export function isLabelValue(value: string): boolean {
  return value.length <= 63 && /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/.test(value);
}
