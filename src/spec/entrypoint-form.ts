/** What an entrypoint does with the arguments that the engine appends to it. */
export type EntrypointForm =
  /** A program, or a shell with a script file: arguments arrive as they are, as far as can be seen from outside. */
  | { readonly form: 'exec' }
  /** No entrypoint: the arguments are the whole command. */
  | { readonly form: 'none' }
  /** A shell with a script in the argv. `after`: how many words stand behind the script; the first of them is its `$0`. */
  | { readonly form: 'shell'; readonly script: string; readonly before: readonly string[]; readonly after: number }
  /** A shell that still waits for its script: the first argument is all that it runs. */
  | { readonly form: 'one-string' };

const SHELLS = new Set(['sh', 'bash', 'dash', 'ash', 'ksh', 'mksh', 'zsh']);

/** Tell the form of an entrypoint from its words. */
export function entrypointForm(entrypoint: readonly string[] | null): EntrypointForm {
  if (entrypoint === null || entrypoint.length === 0) return { form: 'none' };
  const start = shellStart(entrypoint);
  if (start === null) return { form: 'exec' };
  const { takesScript, next } = readOptions(entrypoint, start);
  if (!takesScript) return { form: 'exec' };
  const script = entrypoint[next];
  if (script === undefined) return { form: 'one-string' };
  return { form: 'shell', script, before: entrypoint.slice(0, next), after: entrypoint.length - next - 1 };
}

// The index after the shell's name; `env`, its options and its settings may stand before, and `busybox` too.
function shellStart(words: readonly string[]): number | null {
  let at = 0;
  if (baseName(words[at]) === 'env') {
    at += 1;
    while (/^-|=/.test(words[at] ?? '')) at += 1;
  }
  if (baseName(words[at]) === 'busybox') at += 1;
  return SHELLS.has(baseName(words[at])) ? at + 1 : null;
}

function baseName(word: string | undefined): string {
  return (word ?? '').slice((word ?? '').lastIndexOf('/') + 1);
}

// `-c` may stand in a bundle (`-ec`, `-lic`); `-o`, `--rcfile` and `--init-file` take the next word.
function readOptions(
  words: readonly string[],
  start: number,
): { readonly takesScript: boolean; readonly next: number } {
  let at = start;
  let takesScript = false;
  for (let word = words[at]; word !== undefined && /^[-+]./.test(word); word = words[at]) {
    at += 1;
    if (word === '--') break;
    if (word.startsWith('--')) at += word === '--rcfile' || word === '--init-file' ? 1 : 0;
    else {
      takesScript ||= word.startsWith('-') && word.includes('c');
      at += word.endsWith('o') || word.endsWith('O') ? 1 : 0;
    }
  }
  return { takesScript, next: at };
}
