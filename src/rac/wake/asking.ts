import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Access } from './access.js';
import { type OwnAnswer, sendOwn } from './answers.js';
import type { CheckedRequest } from './check-request.js';
import type { Lines } from './lines.js';
import type { Lookup } from './lookup.js';
import type { Metrics, RefusedWhy } from './metrics.js';
import type { Peers } from './peers.js';
import type { Tickets } from './tickets.js';
import type { Tiers } from './tiers.js';
import type { Usage } from './usage.js';
import type { WaitingPage } from './waiting-page.js';

export type ProxyDeps = {
  readonly lookup: Lookup;
  readonly tiers: Tiers;
  readonly access: Access;
  readonly tickets: Pick<Tickets, 'redeem'>;
  readonly peers: Peers;
  readonly metrics: Metrics;
  readonly page: WaitingPage;
  /** Connections come in over TLS. */
  readonly secure: boolean;
  /** Address at RAC's own server where a browser gets a pass for that host. */
  readonly visitUrl: (hostHeader: string, target: string) => string;
  readonly usage: Pick<Usage, 'count'>;
  /** Connections that got their last answer: what comes behind a refused request is not read as another one. */
  readonly finished: WeakSet<object>;
  /** Sees to an answer that waits behind others of its connection; false: too many do, and the connection is closed. */
  readonly lines: Lines;
  /** Requests that wait for the first release of their name, each with what looks for it at once. */
  readonly early: Map<object, () => void>;
  readonly log: WakeLog;
};

type Fields = Readonly<Record<string, string | number>>;

export type WakeLog = {
  readonly info: (event: string, fields: Fields) => void;
  readonly warn: (event: string, fields: Fields) => void;
};

/** A request that is well-formed. `res` may write to the bare connection of a WebSocket. */
export type Asking = {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly checked: CheckedRequest;
  /** Address of the other end of the connection. */
  readonly peer: string;
  readonly trusted: boolean;
  readonly secure: boolean;
  readonly id: string;
};

/** Answers in place of an application, counts it and says it in the log. */
export function refuse(
  deps: Pick<ProxyDeps, 'metrics' | 'finished' | 'log'>,
  { req, res, id }: Pick<Asking, 'req' | 'res' | 'id'>,
  { why, answer }: { readonly why: RefusedWhy; readonly answer: OwnAnswer },
): void {
  const { status, text } = answer;
  deps.metrics.refused(why);
  deps.metrics.answered(status);
  // Whoever tries names out fills no log with them.
  if (why !== 'unknown-host') deps.log.info('refused', { id, why, status, reason: text.split('\n')[0] ?? '' });
  // What is left of a body would be read as the next request.
  const close = answer.close === true || !req.complete;
  if (close) deps.finished.add(req.socket);
  sendOwn(res, req.headers.accept ?? '', {
    ...answer,
    close,
    headers: { ...answer.headers, 'X-Request-Id': id },
  });
}
