import { type IncomingMessage, request } from 'node:http';
import { Socket } from 'node:net';
import type { Clock } from '../../io/clock.js';

export type Target = {
  readonly address: string;
  readonly port: number;
  readonly health: string | null;
  /** A forwarder of the engine listens there, which takes connections before the application does: only an answer counts. */
  readonly forwarded: boolean;
};

const FIRST_POLL_MS = 5;
const SLOWEST_POLL_MS = 50;
const LONGEST_TRY_MS = 5_000;

/**
 * Wait until an application answers: a TCP connection, and where it names a health path a 2xx or 3xx there. `giveUp` ends the waiting
 * early, with false.
 */
export async function waitReady(
  target: Target,
  deps: { readonly clock: Clock; readonly giveUp: AbortSignal },
): Promise<boolean> {
  const { clock, giveUp } = deps;
  for (let pause = FIRST_POLL_MS; !giveUp.aborted; pause = Math.min(pause * 1.4, SLOWEST_POLL_MS)) {
    if (await answers(target, giveUp)) return true;
    await clock.sleep(pause, giveUp);
  }
  return false;
}

async function answers({ address, port, health, forwarded }: Target, giveUp: AbortSignal): Promise<boolean> {
  if (health === null && !forwarded) return connects(address, port);
  return isHealthy({ address, port, health, giveUp });
}

function connects(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new Socket();
    const end = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket.setTimeout(LONGEST_TRY_MS, () => end(false));
    socket.once('error', () => end(false));
    socket.once('connect', () => end(true));
    socket.connect({ host, port });
  });
}

type Health = {
  readonly address: string;
  readonly port: number;
  readonly health: string | null;
  readonly giveUp: AbortSignal;
};

function isHealthy({ address, port, health, giveUp }: Health): Promise<boolean> {
  return new Promise((resolve) => {
    const signal = AbortSignal.any([giveUp, AbortSignal.timeout(LONGEST_TRY_MS)]);
    // Redirects are answers; nobody follows them, so that no image sends RAC anywhere else.
    const asked = request(
      { host: address, port, path: health ?? '/', method: 'GET', agent: false, signal },
      (answer: IncomingMessage) => {
        const { statusCode = 0 } = answer;
        answer.destroy();
        resolve(health === null || (statusCode >= 200 && statusCode < 400));
      },
    );
    asked.once('error', () => resolve(false));
    asked.end();
  });
}
