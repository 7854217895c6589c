const REDACTED = '[redacted]';

/** A value that never prints itself: text, JSON and inspection give `[redacted]`. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The only way out. Call it where the value is handed to an engine, nowhere else. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  // The key that node:util's inspect looks for; named through the registry so that this layer needs no Node types.
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return REDACTED;
  }
}

/** The plain text of a value that may be secret. */
export function revealed(value: string | Secret): string {
  return value instanceof Secret ? value.reveal() : value;
}
