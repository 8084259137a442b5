/** Gives a text the colour of what it says. */
export type Paint = (text: string, color: 'good' | 'bad' | 'dim') => string;

/** Colours for a terminal that shows them, or none. */
export function painter(color: boolean): Paint {
  const codes = { good: 32, bad: 31, dim: 2 }; // SGR: green, red, faint
  return (text, name) => (color ? `\u001b[${codes[name]}m${text}\u001b[0m` : text);
}
