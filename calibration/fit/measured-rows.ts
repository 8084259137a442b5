/** A row of a measured kernel table: column name -> text or number. */
export type MeasuredRow = Readonly<Record<string, string | number>>;

/** A number of a row; NaN when the column is missing or no number. */
export function numberOf(row: MeasuredRow, column: string): number {
  const value = row[column];
  return typeof value === 'number' ? value : NaN;
}

export function textOf(row: MeasuredRow, column: string): string {
  return String(row[column] ?? '');
}

/** Middle value; the lower one of two middles. NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN;
}
