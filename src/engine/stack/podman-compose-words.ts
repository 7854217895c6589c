// What podman may fail at while podman-compose goes on by itself: a container that is there already, or is not there any more.
const VITAL = /^podman (?:--\S+ )*(start|build|pull)\b/;

/**
 * The command that failed while podman-compose, which has no exit code of its own, said nothing; null: none did. It prints each command
 * of podman's, and `exit code: N` after it.
 */
export function silentFailure(stdout: string): string | null {
  let command = '';
  for (const line of stdout.split('\n')) {
    if (line.startsWith('podman ')) command = line;
    const code = /^exit code: (\d+)$/.exec(line.trim())?.[1];
    if (code !== undefined && code !== '0' && VITAL.test(command)) return command;
  }
  return null;
}
