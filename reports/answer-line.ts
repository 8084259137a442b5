/** An answer and what to try next, as one line. */
export function answerLine({
  sentence,
  next,
}: {
  readonly sentence: string;
  readonly next?: string | undefined;
}): string {
  return `${sentence}${next === undefined ? '' : ` Next: ${next}.`}`;
}
