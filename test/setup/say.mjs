// @ts-check

/**
 * One line of progress on stderr; stdout belongs to results.
 * @param {string} text
 */
export function say(text) {
  process.stderr.write(`[setup] ${text}\n`);
}

/** What a person must mend: printed as text, without a stack. */
export class SetupError extends Error {
  /**
   * @param {string} message what failed
   * @param {string} [hint] what to do next
   */
  constructor(message, hint) {
    super(hint === undefined ? message : `${message}\nhint: ${hint}`);
    this.name = 'SetupError';
  }
}

/**
 * Prints an error as one text, with a stack only when it is not a SetupError.
 * @param {unknown} error
 */
export function sayError(error) {
  if (error instanceof SetupError) say(error.message);
  else say(error instanceof Error ? (error.stack ?? error.message) : String(error));
}
