import type { ParameterReader } from '../../config/parameter-reader.ts';

/** How many endpoints a picker returns: maxNumOfEndpoints, 1 when it is not above 0. Source: scheduling/picker/common.go. */
export function readPickerParameters(reader: ParameterReader): number {
  const count = reader.int('maxNumOfEndpoints', 1);
  return count > 0 ? count : 1;
}
