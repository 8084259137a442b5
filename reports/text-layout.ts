/** Lines of at most `width` characters, broken at spaces; lines after the first begin with `indent`. */
export function wrap(text: string, width: number, indent = ''): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.trim() !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = `${indent}${word}`;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** Sections with an empty line between them, those without lines left out. */
export function sectionsText(sections: readonly (readonly string[])[]): string {
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

/** Names as right-aligned columns of `width` characters; long names break after a hyphen, or where they must. */
export function columnsOf(names: readonly string[], width: number): string[] {
  const broken = names.map((name) => pieces(name, width - 1));
  const height = Math.max(...broken.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    broken.map((lines) => (lines[line - height + lines.length] ?? '').padStart(width)).join(''),
  );
}

function pieces(name: string, width: number): string[] {
  if (name.length <= width) return [name];
  const hyphen = name.lastIndexOf('-', width - 1);
  const cut = hyphen > 0 ? hyphen + 1 : width;
  return [name.slice(0, cut), ...pieces(name.slice(cut), width)];
}
