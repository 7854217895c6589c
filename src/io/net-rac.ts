import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';

/** One request to a RAC server. A body that is a stream goes out while it comes. */
export type RacRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `http://` or `https://`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Readable | undefined;
  readonly signal?: AbortSignal | undefined;
};

/** The answer from its headers on. Header names are in lower case. */
export type RacAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable;
};

/** Asks a RAC server. Rejects with the system's error when nobody answers. */
export type RacAsk = (request: RacRequest) => Promise<RacAnswer>;

/** HTTP or HTTPS without a limit of time once the answer has begun: logs are followed for days. */
export const askRac: RacAsk = async ({ method, url, headers, body, signal }) => {
  const { request } = url.startsWith('https:') ? await import('node:https') : await import('node:http');
  return new Promise<RacAnswer>((resolve, reject) => {
    // Without an agent, so that no idle connection keeps podctl from ending.
    const options = { method, headers, agent: false, ...(signal === undefined ? {} : { signal }) } as const;
    const call = request(url, options, (response) => resolve(answerOf(response)));
    call.once('error', reject);
    if (body === undefined || typeof body === 'string') call.end(body);
    else body.once('error', (error) => call.destroy(error)).pipe(call);
  });
};

function answerOf(response: IncomingMessage): RacAnswer {
  const headers = Object.entries(response.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : (value ?? ''),
  ]);
  return { status: response.statusCode ?? 0, headers: Object.fromEntries(headers), body: response };
}
