import type { Command, Processes } from './process.js';

/** `words`: the last lines that it printed. */
export type Streamed = { readonly exitCode: number; readonly words: string };

const KEPT_LINES = 40;

/** Run a program whose lines are progress, and pass each on as it comes. */
export async function streamed(
  command: Command,
  onLine: (line: string) => void,
  processes: Pick<Processes, 'stream'>,
): Promise<Streamed> {
  const tail: string[] = [];
  const { exitCode } = await processes.stream(command, (line) => {
    tail.push(line);
    if (tail.length > KEPT_LINES) tail.shift();
    onLine(line);
  });
  return { exitCode, words: tail.join('\n') };
}
