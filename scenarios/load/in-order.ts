import { formatProblem, type Problem } from '../../base/user-error.ts';

/**
 * The problems of a scenario by place, those of the files that it names behind them, each once: a policy's own scenario
 * repeats the mistakes of the one that it changes.
 */
export function inOrder(problems: readonly Problem[], file: string): Problem[] {
  const unique = new Map(problems.map((problem) => [formatProblem(problem), problem]));
  const rank = ({ at }: Problem): number => (at?.file === file ? (at.line ?? 0) : Infinity);
  return [...unique.values()].sort((a, b) => {
    const [first, second] = [rank(a), rank(b)];
    if (first !== second) return first - second;
    return first === Infinity ? 0 : (a.at?.column ?? 0) - (b.at?.column ?? 0);
  });
}
