import { asObject } from '../../engine/json.js';
import type { Context } from '../context.js';
import type { RacLine, RacWork } from './action.js';
import { openClient, type RacQuestion } from './client.js';
import { releaseFacts } from './name-facts.js';
import { namePath, releaseWord } from './name-path.js';

/** `podctl rac rollback NAME [RELEASE]`. */
export const racRollback: RacWork = (line, context) =>
  toRelease(line, context, { method: 'POST', rest: '/rollback', done: (release) => `release ${release} serves` });

/** `podctl rac pin NAME [RELEASE]`. */
export const racPin: RacWork = (line, context) =>
  toRelease(line, context, { method: 'PUT', rest: '/pin', done: (release) => `stays with release ${release}` });

/** `podctl rac unpin NAME`. */
export const racUnpin: RacWork = async (line, context) => {
  const answer = await ask(line, context, { method: 'DELETE', rest: '/pin' });
  const { id } = releaseFacts(asObject(answer)['release']);
  tell(line, context, { answer, text: `release ${id} serves, and the next push takes over` });
  return 0;
};

/** `podctl rac stop NAME`. */
export const racStop: RacWork = async (line, context) => {
  const answer = await ask(line, context, { method: 'POST', rest: '/stop' });
  tell(line, context, { answer, text: 'stopped; its data stay' });
  return 0;
};

/** `podctl rac start NAME [--adopt]`. */
export const racStart: RacWork = async (line, context) => {
  const body = { adopt: line.flags.adopt === true };
  const answer = await ask(line, context, { method: 'POST', rest: '/start', body });
  tell(line, context, { answer, text: 'serves again' });
  return 0;
};

type Change = Pick<RacQuestion, 'method' | 'body'> & { readonly rest: string };
type ToRelease = Change & { readonly done: (release: number) => string };

async function toRelease(line: RacLine, context: Context, { done, ...change }: ToRelease): Promise<number> {
  const body = { release: releaseWord(line.words[1]) };
  const answer = await ask(line, context, { ...change, body });
  tell(line, context, { answer, text: done(releaseFacts(asObject(answer)['release']).id) });
  return 0;
}

async function ask({ words: [name = ''], flags }: RacLine, context: Context, change: Change): Promise<unknown> {
  const { rest, ...question } = change;
  return (await openClient(flags, context)).call({ ...question, path: namePath(name, rest) });
}

type Told = { readonly answer: unknown; readonly text: string };

function tell({ words: [name = ''], flags }: RacLine, { output }: Context, { answer, text }: Told): void {
  if (flags.json === true) output.json({ ...asObject(answer), name });
  else output.text(`${name}: ${text}\n`);
}
