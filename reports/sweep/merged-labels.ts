import type { Label } from '../../documents/run-report.ts';

/** Numbers that stand alone: those of names (vllm-0.33) tell things apart. */
const NUMBER = /(?<![\w.,-])\d[\d,]*(?:\.\d+)?(?![\w-])/g;

/** The labels of many runs, each once; those that differ in their numbers alone as one, with the ends of each number's range. */
export function mergedLabels(labels: readonly Label[]): Label[] {
  const groups = new Map<string, Label[]>();
  for (const label of labels) {
    const key = `${label.code} ${label.text.replaceAll(NUMBER, '#')}`;
    groups.set(key, [...(groups.get(key) ?? []), label]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const numbers = group.map(({ text }) => text.match(NUMBER) ?? []);
    const ranges = (numbers[0] ?? []).map((_, position) => rangeOf(numbers.map((of) => of[position] ?? '')));
    return { ...first, text: first.text.replaceAll(NUMBER, () => ranges.shift() ?? '') };
  });
}

/** The smallest and the largest of numbers as they are written: `3 to 13`, or the one that they all are. */
function rangeOf(texts: readonly string[]): string {
  const ascending = texts.toSorted((a, b) => numberOf(a) - numberOf(b));
  const [least = '', most = ''] = [ascending[0], ascending.at(-1)];
  return least === most ? least : `${least} to ${most}`;
}

function numberOf(text: string): number {
  return Number(text.replaceAll(',', ''));
}
