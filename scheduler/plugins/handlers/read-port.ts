import type { ParameterReader } from '../../config/parameter-reader.ts';

/** The parameter primaryPort: 0, or a port. Source: profilehandler/dataparallel, profilehandler/disagg. */
export function readPort(reader: ParameterReader, fallback: number): number {
  const port = reader.int('primaryPort', fallback);
  if (port < 0 || port > 65535) reader.refuse('primaryPort', 'must be a port, 1 to 65535');
  return port;
}
