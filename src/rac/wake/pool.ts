import { EventEmitter, once } from 'node:events';
import type { Agent } from 'node:http';
import type { Upstream } from '../deploy/lifecycle.js';
import { openQuickLines, type QuickLines } from './quick-lines.js';
import { UpstreamAgent } from './upstream-agent.js';

/** Connections to one release of one name, and how many requests use it. */
export type Pool = {
  readonly upstream: Upstream;
  readonly agent: Agent;
  readonly lines: QuickLines;
  readonly use: () => void;
  readonly release: () => void;
  /** No new requests come: connections at rest are closed at once, the others when their request has ended. */
  readonly retire: () => void;
  readonly open: () => number;
  /** Resolves when the last request of a retired pool has ended. */
  readonly drained: Promise<void>;
};

export function openPool(upstream: Upstream): Pool {
  const agent = new UpstreamAgent();
  const { address: host, port } = upstream;
  const lines = openQuickLines((begun) => agent.connect({ host, port }, begun));
  let open = 0;
  let retired = false;
  const ended = new EventEmitter();
  const drained = once(ended, 'end').then(() => undefined);
  const settle = (): void => {
    if (!retired || open > 0) return;
    agent.destroy();
    ended.emit('end');
  };
  return {
    upstream,
    agent,
    lines,
    use: () => {
      open += 1;
    },
    release: () => {
      open -= 1;
      settle();
    },
    retire: () => {
      retired = true;
      lines.retire();
      for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
      settle();
    },
    open: () => open,
    drained,
  };
}
