import { type ServerResponse, STATUS_CODES } from 'node:http';

/** An answer of the proxy itself, in words for people; never cached. */
export type OwnAnswer = {
  readonly status: number;
  /** Plain text; several lines are allowed. */
  readonly text: string;
  /** Address where a browser can sign in. */
  readonly signIn?: string;
  /** Seconds. */
  readonly retryAfter?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Read no further request from this connection: it is unclear where that would begin. */
  readonly close?: boolean;
};

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  404: 'Nothing here',
  405: 'Not allowed',
  417: 'Expectation failed',
  431: 'Header too large',
  502: 'It does not start',
  503: 'Not now',
};

const STYLE =
  'body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:15vh auto;padding:0 1rem}pre{white-space:pre-wrap}';

/** Send it: as a small page to browsers, as JSON to those who ask for it, as text otherwise. */
export function sendOwn(res: ServerResponse, accept: string, answer: OwnAnswer): void {
  const { type, body } = bodyOf(accept, answer);
  const headers: Record<string, string | number> = {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    ...(answer.retryAfter === undefined ? {} : { 'Retry-After': answer.retryAfter }),
    ...(answer.close === true ? { Connection: 'close' } : {}),
    ...answer.headers,
  };
  // Its own words, because those of an application that could not be sent may still stand there.
  res.writeHead(answer.status, STATUS_CODES[answer.status] ?? '', headers);
  res.end(body);
}

function bodyOf(accept: string, answer: OwnAnswer): { type: string; body: string } {
  if (accept.includes('text/html')) {
    const title = escapeHtml(TITLES[answer.status] ?? 'Answer of RAC');
    const head = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">`;
    const body = `${head}<title>${title}</title><style>${STYLE}</style><h1>${title}</h1><pre>${linked(answer)}</pre>`;
    return { type: 'text/html; charset=utf-8', body };
  }
  if (accept.includes('application/json')) {
    const error = { code: String(answer.status), message: answer.text };
    return { type: 'application/json', body: `${JSON.stringify({ error })}\n` };
  }
  return { type: 'text/plain; charset=utf-8', body: `${answer.text}\n` };
}

function linked({ text, signIn }: OwnAnswer): string {
  const link = signIn === undefined ? '' : `\n\n<a href="${escapeHtml(signIn)}">Sign in</a>`;
  return escapeHtml(text) + link;
}

/** For text between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
