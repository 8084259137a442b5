/**
 * The value of a JSON text; NaN and infinities, which Python's json module writes for figures that are absent, count as
 * null. Throws SyntaxError for anything else that is no JSON.
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!/NaN|Infinity/.test(text)) throw error;
    return JSON.parse(text.replaceAll(STRING_OR_WORD, (found) => (found.startsWith('"') ? found : 'null')));
  }
}

/** A string as a whole, so that what looks like a word inside it stays; or one of the words. */
const STRING_OR_WORD = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g;
