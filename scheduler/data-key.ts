/**
 * Names a datum that one plugin produces and others consume. The text is `<data type>/<producer name>`; the slot is
 * its number within one picker, so that hot paths index arrays instead of hashing strings.
 */
export interface DataKey<T> {
  readonly text: string;
  readonly slot: number;
  /** Never set: carries the type of the values. */
  readonly __value?: T;
}

/** The numbering of data keys of one picker: equal texts share a slot. */
export class DataKeys {
  private readonly slots = new Map<string, number>();

  key<T>(text: string): DataKey<T> {
    let slot = this.slots.get(text);
    if (slot === undefined) {
      slot = this.slots.size;
      this.slots.set(text, slot);
    }
    return { text, slot };
  }

  /** Slots in use. */
  get count(): number {
    return this.slots.size;
  }

  /** Texts in the order of their slots. */
  texts(): readonly string[] {
    return [...this.slots.keys()];
  }
}
