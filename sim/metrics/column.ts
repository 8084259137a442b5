/*
 * A column of numbers that grows by doubling. Layout: one typed array, the first `length` entries in use.
 */
type Cells = Float64Array | Int32Array | Uint8Array;

/** A growing column; `make` gives an array of the wanted kind and size. */
export class Column<C extends Cells> {
  private cells: C;
  private used = 0;
  private readonly make: (size: number) => C;

  constructor(make: (size: number) => C) {
    this.make = make;
    this.cells = make(1024);
  }

  get length(): number {
    return this.used;
  }

  push(value: number): void {
    if (this.used === this.cells.length) {
      const wider = this.make(2 * this.used);
      wider.set(this.cells);
      this.cells = wider;
    }
    this.cells[this.used++] = value;
  }

  /** The entries so far, as a view: valid until the next push. */
  values(): C {
    return this.cells.subarray(0, this.used) as C;
  }
}

export const float64 = (size: number): Float64Array => new Float64Array(size);
export const int32 = (size: number): Int32Array => new Int32Array(size);
export const uint8 = (size: number): Uint8Array => new Uint8Array(size);
