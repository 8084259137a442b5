import { sqrt } from './math.ts';

/** The inverse of a symmetric, positive definite matrix of `size` rows, row by row in one array, by its Cholesky factor. */
export function choleskyInverse(matrix: Float64Array, size: number): Float64Array<ArrayBuffer> {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j] ?? 0;
      for (let k = 0; k < j; k++) sum -= (lower[i * size + k] ?? 0) * (lower[j * size + k] ?? 0);
      lower[i * size + j] = i === j ? sqrt(sum) : sum / (lower[j * size + j] ?? 1);
    }
  }
  const inverse = new Float64Array(size * size);
  const column = new Float64Array(size);
  for (let c = 0; c < size; c++) {
    for (let i = 0; i < size; i++) {
      let sum = i === c ? 1 : 0;
      for (let k = 0; k < i; k++) sum -= (lower[i * size + k] ?? 0) * (column[k] ?? 0);
      column[i] = sum / (lower[i * size + i] ?? 1);
    }
    for (let i = size - 1; i >= 0; i--) {
      let sum = column[i] ?? 0;
      for (let k = i + 1; k < size; k++) sum -= (lower[k * size + i] ?? 0) * (column[k] ?? 0);
      column[i] = sum / (lower[i * size + i] ?? 1);
      inverse[i * size + c] = column[i] ?? 0;
    }
  }
  return inverse;
}
