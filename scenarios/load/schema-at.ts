import { z } from 'zod';

/** The keys that a map of the schema may have at a path, over all alternatives; empty where it takes no map. */
export function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const keys = schemasAt(schema, path).flatMap((inner) =>
    alternatives(inner).flatMap((one) => (one instanceof z.ZodObject ? Object.keys(one.shape) : [])),
  );
  return [...new Set(keys)];
}

/** What the schema says of the value at a path; undefined where it says nothing. */
export function descriptionAt(schema: z.ZodType, path: readonly PropertyKey[]): string | undefined {
  for (const inner of schemasAt(schema, path)) {
    for (const layer of layers(inner)) if (layer.description !== undefined) return layer.description;
  }
  return undefined;
}

/** Whether every number that the schema takes at a path is a whole one. */
export function takesWholeNumbers(schema: z.ZodType, path: readonly PropertyKey[]): boolean {
  const numbers = schemasAt(schema, path)
    .flatMap(alternatives)
    .filter((one) => one instanceof z.ZodNumber);
  return numbers.length > 0 && numbers.every((one) => one instanceof z.ZodNumberFormat);
}

/** The schemas that may apply to the value at a path: several below a union. */
function schemasAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType[] {
  let found: z.ZodType[] = [schema];
  for (const part of path) {
    found = found.flatMap(alternatives).flatMap((one) => {
      if (one instanceof z.ZodObject) return typed(one.shape[String(part)]);
      if (one instanceof z.ZodArray) return typed(one.element);
      if (one instanceof z.ZodRecord) return typed(one.valueType);
      return [];
    });
  }
  return found;
}

/** The schema and what it wraps (defaults, optional, what is read before a transformation), from the outside in. */
function layers(schema: z.ZodType): z.ZodType[] {
  const wrapped =
    schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault
      ? typed(schema.unwrap())
      : schema instanceof z.ZodPipe
        ? typed(schema.in)
        : [];
  return [schema, ...wrapped.flatMap(layers)];
}

function alternatives(schema: z.ZodType): z.ZodType[] {
  const inner = layers(schema).at(-1) ?? schema;
  return inner instanceof z.ZodUnion
    ? inner.options.flatMap((option) => typed(option)).flatMap(alternatives)
    : [inner];
}

/** Zod's own types lose the class of inner schemas. */
function typed(schema: unknown): z.ZodType[] {
  return schema instanceof z.ZodType ? [schema] : [];
}
