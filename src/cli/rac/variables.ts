import { PodctlError } from '../../core/errors.js';
import { revealed, Secret } from '../../core/secret.js';
import { asList, asObject, asText } from '../../engine/json.js';
import type { Context } from '../context.js';
import type { Flags } from '../parser.js';
import { readPiped } from '../ui/piped.js';
import { formatTable } from '../ui/table.js';
import type { RacLine, RacWork } from './action.js';
import { openClient } from './client.js';
import { minuteOf } from './name-facts.js';
import { namePath } from './name-path.js';
import { unknownVerb } from './unknown-verb.js';

/** `podctl rac env set|unset|list NAME …`. */
export const racEnv: RacWork = (line, context) => {
  const [action = '', name = '', ...rest] = line.words;
  if (action === 'list') return list({ ...line, words: [name, ...rest] }, context);
  if (action === 'set' || action === 'unset') return change(action, { ...line, words: [name, ...rest] }, context);
  throw unknownVerb('env', action, {
    verbs: ['set', 'unset', 'list'],
    usage: 'podctl rac env set, unset or list NAME',
  });
};

async function list({ words: [name = ''], flags }: RacLine, context: Context): Promise<number> {
  const client = await openClient(flags, context);
  const { variables } = asObject(await client.call({ method: 'GET', path: namePath(name, '/variables') }));
  if (flags.json === true) context.output.json({ name, variables });
  else {
    const rows = asList(variables)
      .map(asObject)
      .map(({ key, setAt, setBy }) => [asText(key), minuteOf(typeof setAt === 'number' ? setAt : null), asText(setBy)]);
    context.output.text(formatTable(['KEY', 'SET', 'BY'], rows));
  }
  return 0;
}

async function change(action: 'set' | 'unset', { words, flags }: RacLine, context: Context): Promise<number> {
  const [name = '', ...keys] = words;
  if (keys.length === 0 && flags.envFile === undefined) {
    throw new PodctlError('USAGE', `say what to ${action}`, { hint: `podctl rac env ${action} ${name} KEY` });
  }
  const client = await openClient(flags, context);
  const values = action === 'set' ? await valuesOf(keys, flags, context) : null;
  const plain = [...(values ?? [])].map(([key, value]): [string, string] => [key, revealed(value)]);
  const body = values === null ? { unset: keys } : { set: Object.fromEntries(plain) };
  const answer = asObject(await client.call({ method: 'PATCH', path: namePath(name, '/variables'), body }));
  const done = asList(answer[action]).map(asText);
  if (flags.json === true) context.output.json({ name, [action]: done });
  else context.output.text(`${name}: ${done.length === 0 ? `nothing to ${action}` : `${action} ${done.join(', ')}`}\n`);
  return 0;
}

type Values = ReadonlyMap<string, Secret>;

/** Values of files, of the line itself, and, for a bare KEY, of stdin or a question. */
async function valuesOf(words: readonly string[], flags: Flags, context: Context): Promise<Values> {
  const values = new Map<string, Secret>(await fromFiles(flags.envFile ?? [], context));
  const bare = words.filter((word) => !word.includes('='));
  if (bare.length > 1 && !context.world.streams.isTerminal('stdin')) {
    throw new PodctlError('USAGE', 'stdin is one value, and several are missing', {
      hint: 'give them by --env-file FILE',
    });
  }
  for (const word of words) {
    const at = word.indexOf('=');
    // oxlint-disable-next-line no-await-in-loop -- one question after the other
    const value = at === -1 ? await askFor(word, context) : new Secret(word.slice(at + 1));
    values.set(at === -1 ? word : word.slice(0, at), value);
  }
  return values;
}

async function fromFiles(paths: readonly string[], { world }: Context): Promise<readonly [string, Secret][]> {
  if (paths.length === 0) return [];
  const { readEnvFiles } = await import('./env-files.js');
  return readEnvFiles(paths, world);
}

async function askFor(key: string, { world }: Context): Promise<Secret> {
  const { streams } = world;
  if (!streams.isTerminal('stdin'))
    return new Secret((await readPiped(streams.stdin, 'the value')).replace(/\r?\n$/, ''));
  const { askAll } = await import('../ui/questions.js');
  const question = { message: `value of ${key}`, secret: true, example: undefined, wrong: () => null };
  const answers = await askAll({ value: question }, streams);
  if (answers === null) throw new PodctlError('REFUSED', 'nothing was set', { hint: 'type the value, or pipe it in' });
  return new Secret(answers['value'] ?? '');
}
