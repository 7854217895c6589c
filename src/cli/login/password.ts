import { PodctlError } from '../../core/errors.js';
import { Secret } from '../../core/secret.js';
import { splitWords } from '../../core/words.js';
import type { ValueSource } from '../../engine/secret-sources.js';
import type { Context } from '../context.js';
import type { Flags } from '../parser.js';
import { readPiped } from '../ui/piped.js';
import { askAll } from '../ui/questions.js';

/** Where the password comes from. */
export type PasswordSource = { readonly kind: 'stdin' } | { readonly kind: 'prompt' } | ValueSource;

/** Read the flags: one of them, else stdin when it is no terminal, else a question. Throws PodctlError('USAGE'). */
export function passwordSource(flags: Flags, { streams }: Context['world']): PasswordSource {
  const { passwordStdin, passwordFile, passwordCommand } = flags;
  const given = [passwordStdin, passwordFile, passwordCommand].filter((flag) => flag !== undefined);
  if (given.length > 1) {
    throw new PodctlError('USAGE', 'the password is said to come from several places', {
      hint: 'give one of --password-stdin, --password-file and --password-command',
    });
  }
  if (passwordFile !== undefined) return { kind: 'file', path: passwordFile };
  if (passwordCommand !== undefined) return { kind: 'command', words: splitWords(passwordCommand) };
  return passwordStdin === true || !streams.isTerminal('stdin') ? { kind: 'stdin' } : { kind: 'prompt' };
}

/** The password; null: the person gave up. It is nowhere but in the Secret. */
export async function readPassword(source: PasswordSource, about: string, context: Context): Promise<Secret | null> {
  const text = source.kind === 'prompt' ? await ask(about, context) : await fetched(source, context);
  if (text === null) return null;
  const password = text.replace(/\r?\n$/, '');
  if (password === '' || /[\r\n\0]/.test(password)) {
    const what = password === '' ? 'there is no password' : 'a password is one line';
    throw new PodctlError('BAD_DATA', what, {
      hint: 'say where it comes from: --password-file FILE or --password-command COMMAND',
    });
  }
  return new Secret(password);
}

async function ask(message: string, { world }: Context): Promise<string | null> {
  if (!world.streams.isTerminal('stderr')) {
    throw new PodctlError('USAGE', 'nobody can be asked for the password', { hint: 'pipe it to --password-stdin' });
  }
  const answers = await askAll(
    { password: { message, secret: true, example: undefined, wrong: () => null } },
    world.streams,
  );
  return answers === null ? null : (answers['password'] ?? '');
}

async function fetched(
  source: Exclude<PasswordSource, { readonly kind: 'prompt' }>,
  context: Context,
): Promise<string> {
  const { world, rooms } = context;
  if (source.kind === 'stdin') return readPiped(world.streams.stdin, 'the password');
  const { makeSources } = await rooms.sources();
  const sources = makeSources({ host: world.host, files: world.files, project: world.host.cwd });
  return sources.read('password', source);
}
