/** Numbers for the media in which engines keep blocks. Names differ by more than case; none = gpu. */
export class TierNames {
  private readonly numbers = new Map<string, number>([[SPECULATIVE, 0]]);

  number(medium: string | undefined): number {
    const name = medium === undefined || medium === '' ? 'gpu' : medium.toLowerCase();
    let number = this.numbers.get(name);
    if (number === undefined) {
      number = this.numbers.size;
      this.numbers.set(name, number);
    }
    return number;
  }

  name(number: number): string {
    for (const [name, known] of this.numbers) if (known === number) return name;
    return '';
  }
}

/** The tier of blocks that a router expects to be stored, because it has just sent their prompt there. */
const SPECULATIVE = 'speculative';
export const SPECULATIVE_TIER = 0;
