/** Quote one field of a comma-separated value where it must be: engines read `--mount` and several lists as CSV. */
export function quoteCsv(field: string): string {
  return /[",\r\n]|^\s|\s$/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

/** Join fields into one CSV record. */
export function formatCsv(fields: readonly string[]): string {
  return fields.map((field) => quoteCsv(field)).join(',');
}
