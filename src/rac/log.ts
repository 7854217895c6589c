/** What a line of the service's log says beside its time; never a secret. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** One JSON line per event on the service's stderr. `event` is a short word: `listening`, `push`, `wake`, `registry-died`. */
export type RacLog = {
  readonly info: (event: string, fields?: LogFields) => void;
  /** Something that people should look at. */
  readonly warn: (event: string, fields?: LogFields) => void;
};

/** A log that prints lines with their time. */
export function makeLog(print: (line: string) => void, now: () => number): RacLog {
  const write = (level: string, event: string, fields: LogFields = {}): void =>
    print(`${JSON.stringify({ at: new Date(now()).toISOString(), level, event, ...fields })}\n`);
  return {
    info: (event, fields) => write('info', event, fields),
    warn: (event, fields) => write('warn', event, fields),
  };
}

/** What an error says, for a log line. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
