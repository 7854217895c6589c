import { PodctlError } from '../../core/errors.js';
import type { PortState } from '../../io/port-holder.js';

/** One of RAC's ports. `kept`: of the last `up`, null at the first. */
export type PortWish = {
  readonly what: string;
  readonly flag: string;
  readonly address: string;
  readonly asked: number | null;
  readonly kept: number | null;
  readonly first: number;
};

export type AskPort = (endpoint: { readonly address: string; readonly port: number }) => Promise<PortState>;

const MOST_TRIES = 200;

/**
 * The port that was asked for, else the kept one, else the first free one from `first` on; `taken` are those of RAC's other parts. One that
 * was asked for must be free. A kept one may be in use by RAC itself; where it is not, the service says so when it cannot listen.
 */
export async function choosePort(wish: PortWish, taken: readonly number[], ask: AskPort): Promise<number> {
  const stated = wish.asked ?? wish.kept;
  if (stated !== null) {
    if (taken.includes(stated)) throw twice(wish, stated);
    if (stated === wish.kept) return stated;
    const state = await ask({ address: wish.address, port: stated });
    if (state.free) return stated;
    throw notFree(wish, stated, state);
  }
  for (let port = wish.first; port < wish.first + MOST_TRIES; port += 1) {
    if (!taken.includes(port) && (await ask({ address: wish.address, port })).free) return port;
  }
  throw new PodctlError('CANNOT_CREATE', `no port is free for ${wish.what}`, { hint: `name one: ${wish.flag} PORT` });
}

function twice({ what, flag }: PortWish, port: number): PodctlError {
  return new PodctlError('USAGE', `${what} and another part of RAC cannot both have port ${port}`, {
    hint: `name another one: ${flag} PORT`,
  });
}

function notFree({ what, flag }: PortWish, port: number, state: Extract<PortState, { free: false }>): PodctlError {
  const who = state.holder === null ? '' : `: ${state.holder.program} (process ${state.holder.pid}) has it`;
  const reason =
    state.why === 'taken'
      ? `is taken${who}`
      : state.why === 'denied'
        ? 'needs more rights'
        : 'is not an address of this machine';
  return new PodctlError('CANNOT_CREATE', `port ${port} for ${what} ${reason}`, {
    hint: `end what has it, or choose another one: ${flag} PORT`,
  });
}
