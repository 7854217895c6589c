import { PodctlError } from '../core/errors.js';

/**
 * Split one CSV record as engines read `--mount`: commas separate, a field that starts with a double quote runs to the next single
 * one and doubles the quotes inside. Throws PodctlError('USAGE') for quotes that stand elsewhere.
 */
export function parseCsv(record: string): readonly string[] {
  const fields: string[] = [];
  let rest = record;
  for (;;) {
    const quoted = /^"((?:[^"]|"")*)"(?=,|$)/.exec(rest);
    const plain = /^[^,"]*(?=,|$)/.exec(rest);
    const field = quoted ?? plain;
    if (field === null) {
      throw new PodctlError('USAGE', '`--mount`: a double quote stands where none can', {
        hint: 'put quotes around the whole field and double those inside: "source=/a ""b"", c"',
      });
    }
    fields.push(quoted === null ? field[0] : (quoted[1] ?? '').replaceAll('""', '"'));
    if (rest.length === field[0].length) return fields;
    rest = rest.slice(field[0].length + 1);
  }
}

/** Quote one field of a comma-separated value where it must be: `--mount` and several of podman's lists are read as CSV. */
export function quoteCsv(field: string): string {
  return /[",\r\n]|^\s|\s$/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

/** Join fields into one CSV record; the inverse of `parseCsv`. */
export function formatCsv(fields: readonly string[]): string {
  return fields.map((field) => quoteCsv(field)).join(',');
}
