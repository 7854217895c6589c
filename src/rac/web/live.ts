import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import { PodctlError } from '../../core/errors.js';
import type { WebDeps } from './deps.js';
import { proofOf } from './proof.js';
import type { RacContext } from './request.js';

/** Answers that stay open: bounded, kept alive, and ended when who reads them may no longer. */
export type Live = {
  /** `may` is asked again and again; `work` writes until its signal aborts. Throws TRY_AGAIN when there are too many. */
  readonly open: (context: RacContext, stream: LiveStream) => Response;
};

export type LiveStream = {
  readonly may: () => boolean;
  readonly work: (send: Send, signal: AbortSignal) => Promise<void>;
};

/** One event of a name with a JSON value. */
export type Send = (event: string, value: unknown) => Promise<void>;

const MOST = 500;
const MOST_OF_ADDRESS = 50;
const BEAT_MS = 15_000;

export function openLive({ identity, sleep, warn }: Pick<WebDeps, 'identity' | 'sleep' | 'warn'>): Live {
  const open = new Map<string, number>();
  const count = (address: string, by: number): void => {
    const now = (open.get(address) ?? 0) + by;
    if (now === 0) open.delete(address);
    else open.set(address, now);
  };
  const isFull = (address: string): boolean =>
    (open.get(address) ?? 0) >= MOST_OF_ADDRESS || [...open.values()].reduce((sum, one) => sum + one, 0) >= MOST;
  return {
    open: (context, { may, work }) => {
      const address = context.get('address');
      if (isFull(address)) throw new PodctlError('TRY_AGAIN', 'too many live views are open', { hint: 'close some' });
      const loggedIn = proofOf(context, identity);
      // A proxy in front would hold lines back until there are enough of them.
      context.header('X-Accel-Buffering', 'no');
      return streamSSE(context, async (stream) => {
        const ended = new AbortController();
        stream.onAbort(() => ended.abort());
        count(address, 1);
        const beat = beats({ stream, sleep, ended, may: () => loggedIn() && may() }).catch(() => ended.abort());
        try {
          await work(sender(stream), ended.signal);
        } catch (error) {
          if (!ended.signal.aborted) await tellEnd(stream, error, warn);
        } finally {
          ended.abort();
          await beat;
          count(address, -1);
        }
      });
    },
  };
}

function sender(stream: SSEStreamingApi): Send {
  return (event, value) => stream.writeSSE({ event, data: JSON.stringify(value) });
}

type Beats = Pick<WebDeps, 'sleep'> & {
  readonly stream: SSEStreamingApi;
  readonly ended: AbortController;
  readonly may: () => boolean;
};

async function beats({ stream, sleep, ended, may }: Beats): Promise<void> {
  while (!ended.signal.aborted) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await sleep(BEAT_MS, ended.signal);
    if (!may()) ended.abort();
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    if (!ended.signal.aborted) await stream.write(': \n\n');
  }
}

async function tellEnd(stream: SSEStreamingApi, error: unknown, warn: WebDeps['warn']): Promise<void> {
  const message = error instanceof PodctlError ? error.message : 'RAC failed; its log has more';
  if (!(error instanceof PodctlError)) warn('live-failed', { problem: String(error) });
  await stream.writeSSE({ event: 'problem', data: JSON.stringify({ message }) });
}
