import { PodctlError } from '../../core/errors.js';
import { asList, asObject, asText } from '../../engine/json.js';
import type { Context } from '../context.js';
import type { Flags } from '../parser.js';
import type { RacWork } from './action.js';
import { openClient, type RacClient } from './client.js';
import { namePath } from './name-path.js';
import { type ServerEvent, serverEvents } from './server-events.js';

const USUAL = 200;
const MOST = 5000;
const INTERRUPTED = 130;

/** `podctl rac logs [-f] NAME`: what the application wrote, its two outputs apart. */
export const racNameLogs: RacWork = async ({ words: [name = ''], flags }, context) => {
  const lines = linesOf(flags.tail);
  const client = await openClient(flags, context);
  if (flags.follow === true) return follow(client, { name, lines }, context);
  const answer = asObject(await client.call({ method: 'GET', path: namePath(name, `/logs?lines=${lines}`) }));
  if (flags.json === true) context.output.json({ name, lines: answer['lines'] });
  else for (const line of asList(answer['lines'])) print(asObject(line), context);
  return 0;
};

function linesOf(text: Flags['tail']): number {
  if (text === undefined) return USUAL;
  if (/^[1-9]\d{0,3}$/.test(text) && Number(text) <= MOST) return Number(text);
  throw new PodctlError('USAGE', `\`--tail ${text}\` is not a number of lines from 1 to ${MOST}`, {
    hint: 'write for instance --tail 20',
  });
}

type Wish = { readonly name: string; readonly lines: number };

async function follow(client: RacClient, { name, lines }: Wish, context: Context): Promise<number> {
  const ended = new AbortController();
  const off = context.world.signals.on(['SIGINT', 'SIGTERM'], () => ended.abort());
  try {
    const path = namePath(name, `/logs?follow=1&lines=${lines}`);
    const body = await client.stream({ method: 'GET', path, signal: ended.signal });
    for await (const event of serverEvents(body)) tell(event, context);
  } catch (error) {
    if (ended.signal.aborted) return INTERRUPTED;
    throw error;
  } finally {
    off();
  }
  if (ended.signal.aborted) return INTERRUPTED;
  throw new PodctlError('UNAVAILABLE', 'the RAC server ended the log', {
    hint: 'podctl rac status says whether it runs',
  });
}

function tell({ event, data }: ServerEvent, context: Context): void {
  if (event === 'line') print(data, context);
  if (event === 'asleep') context.output.note('it sleeps: what it writes after the next request comes here');
  if (event === 'problem')
    throw new PodctlError('UNAVAILABLE', asText(data['message']), { hint: 'podctl rac status NAME' });
}

function print({ stream, text }: Readonly<Record<string, unknown>>, { world }: Context): void {
  world.streams.print(stream === 'stderr' ? 'stderr' : 'stdout', `${asText(text)}\n`);
}
