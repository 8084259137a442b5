import { didYouMean } from '../../base/nearest.ts';
import { UserError } from '../../base/user-error.ts';

/** What a run can be printed as. */
export const RUN_FORMATS = ['table', 'json', 'html', 'csv'] as const;

export type RunFormat = (typeof RUN_FORMATS)[number];

/** A format, and the file that it goes to; stdout without one. */
export interface Output<Format extends string = RunFormat> {
  readonly format: Format;
  readonly path: string | undefined;
}

/**
 * Reads the values of `-o FORMAT[=PATH]`; none means a table on stdout. Throws UserError for a format that is not among
 * `formats`, and when two of them want stdout.
 */
export function parseOutputs<Format extends string>(
  texts: readonly string[],
  formats: readonly Format[],
): Output<Format>[] {
  const [usual] = formats;
  const outputs = texts.map((text): Output<Format> => {
    const equals = text.indexOf('=');
    const name = equals < 0 ? text : text.slice(0, equals);
    const path = equals < 0 ? undefined : text.slice(equals + 1);
    const format = formats.find((one) => one === name);
    if (format === undefined || path === '') {
      throw new UserError({
        code: 'E_USAGE',
        message:
          format === undefined ? `"${name}" is no output format of this command` : `-o ${text} names no file`,
        hint:
          format === undefined
            ? (didYouMean(name, formats) ?? `formats: ${formats.join(', ')}`)
            : `-o ${name} prints to stdout, -o ${name}=FILE to a file`,
      });
    }
    return { format, path };
  });
  if (outputs.filter(({ path }) => path === undefined).length > 1) {
    throw new UserError({
      code: 'E_USAGE',
      message: 'only one output can go to stdout',
      hint: 'give the others a file: -o json=report.json',
    });
  }
  return outputs.length > 0 || usual === undefined ? outputs : [{ format: usual, path: undefined }];
}
