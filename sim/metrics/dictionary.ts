/** Numbers the words that it is asked for, in the order in which they first come. */
export class Dictionary {
  readonly words: string[] = [];
  private readonly codes = new Map<string, number>();

  /** The word's number; -1 for no word. */
  code(word: string | undefined): number {
    if (word === undefined) return -1;
    let code = this.codes.get(word);
    if (code === undefined) {
      code = this.words.length;
      this.words.push(word);
      this.codes.set(word, code);
    }
    return code;
  }
}
