import { Hono } from 'hono';
import { PodctlError } from '../../core/errors.js';
import { type Asked, managedName } from './ask-rights.js';
import type { WebDeps } from './deps.js';
import type { Live, Send } from './live.js';
import { plainLog } from './plain-log.js';
import { numberOf } from './query.js';
import type { RacEnv } from './request.js';

const MOST_LINES = 5000;
const LOOK_MS = 500;

/** `/api/v1/names/:name/logs`: the last lines, or with `follow=1` these and what comes, as server-sent events. */
export function logRoutes(deps: WebDeps, asked: Asked, live: Live): Hono<RacEnv> {
  const app = new Hono<RacEnv>();
  app.get('/names/:name/logs', async (context) => {
    const { name } = managedName(context, asked);
    const tail = numberOf(context, 'lines', { most: MOST_LINES, usual: 200 });
    if (context.req.query('follow') !== '1') {
      return context.json({ podctl: 1, lines: await lastLines(deps, name, tail) });
    }
    const principal = context.get('principal');
    return live.open(context, {
      may: () => asked.rights.manage(principal, name).ok,
      work: (send, signal) => follow({ ...deps, name, tail, send, signal }),
    });
  });
  return app;
}

type Line = { readonly stream: string; readonly text: string };

async function lastLines({ releases }: WebDeps, name: string, tail: number): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for await (const line of releases.logs(name, { follow: false, tail })) lines.push(plain(line));
  return lines;
}

type Follow = Pick<WebDeps, 'releases' | 'lifecycle' | 'sleep'> & {
  readonly name: string;
  readonly tail: number;
  readonly send: Send;
  readonly signal: AbortSignal;
};

// Over sleep and new releases: each container's log ends with it, and the next one's begins at its start.
async function follow(work: Follow): Promise<void> {
  const { lifecycle, name, send, signal, sleep } = work;
  for (let tail = work.tail; !signal.aborted; tail = MOST_LINES) {
    // oxlint-disable-next-line no-await-in-loop -- one container after the other
    await followOne(work, tail);
    if (signal.aborted) return;
    // oxlint-disable-next-line no-await-in-loop -- one container after the other
    await send('asleep', { tier: lifecycle.tierOf(name) });
    do {
      // oxlint-disable-next-line no-await-in-loop -- waits
      await sleep(LOOK_MS, signal);
    } while (!signal.aborted && lifecycle.tierOf(name) !== 'running');
  }
}

async function followOne({ releases, name, send, signal }: Follow, tail: number): Promise<void> {
  try {
    for await (const line of releases.logs(name, { follow: true, tail, signal })) await send('line', plain(line));
  } catch (error) {
    // None stands yet, or any more: it is waited for.
    if (!(error instanceof PodctlError && error.code === 'REFUSED')) throw error;
  }
}

function plain({ stream, text }: Line): Line {
  return { stream, text: plainLog(text) };
}
