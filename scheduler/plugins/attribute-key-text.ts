import type { ParameterReader } from '../config/parameter-reader.ts';

const DEFAULT_PRODUCER = 'core-metrics-extractor';

/**
 * The text of the data key that the parameters `name` and `producer` give: `<name>/core-metrics-extractor` unless a
 * producer is named; with the producer "" the name alone. A name with a "/" needs the producer to be given.
 */
export function attributeKeyText(reader: ParameterReader, name: string): string {
  const attribute = reader.string(name, '');
  const producer = reader.string('producer');
  if (attribute === '') reader.refuse(name, 'is required');
  if (producer === undefined && attribute.includes('/'))
    reader.refuse(name, 'must not contain "/"', 'name the producer');
  if (producer === '') return attribute;
  return `${attribute}/${producer ?? DEFAULT_PRODUCER}`;
}
