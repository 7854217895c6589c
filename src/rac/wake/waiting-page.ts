import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { escapeHtml } from './answers.js';

/** Where the waiting page asks whether the application answers; on every host, and never sent on to an application. */
export const READY_PATH = '/.well-known/rac/ready';

// Asks RAC and not the application, so that nothing of it runs twice; reloads when it answers, or when its start has failed.
const SCRIPT = `(async()=>{for(;;){await new Promise(r=>setTimeout(r,150));
try{const a=await fetch('${READY_PATH}',{cache:'no-store'});if(a.status!==202){location.reload();return}}catch{}}})()`;

const STYLE = `html{color-scheme:light dark}body{font:1.1rem/1.5 system-ui,sans-serif;display:grid;place-content:center;min-height:90vh;margin:0;text-align:center}
p{margin:.5rem}progress{width:12rem}`;

/** Sends the page that stands in for an application that starts. */
export type WaitingPage = (res: ServerResponse, name: string, seconds: number) => void;

function hash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

export function openWaitingPage(): WaitingPage {
  const policy = [
    "default-src 'none'",
    `script-src ${hash(SCRIPT)}`,
    `style-src ${hash(STYLE)}`,
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
  ].join('; ');
  return (res, name, seconds) => {
    const body = pageOf(escapeHtml(name), seconds);
    res.writeHead(503, {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Length': Buffer.byteLength(body),
      'Content-Security-Policy': policy,
      'Cache-Control': 'no-store',
      'Retry-After': seconds,
      'X-Content-Type-Options': 'nosniff',
      'X-Robots-Tag': 'noindex',
    });
    res.end(body);
  };
}

// Without scripts the browser itself asks again.
function pageOf(name: string, seconds: number): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${name} starts</title><noscript><meta http-equiv="refresh" content="${seconds}"></noscript><style>${STYLE}</style></head>
<body><main><p role="status">${name} was asleep and starts now.</p><progress aria-label="It starts"></progress></main>
<script>${SCRIPT}</script></body></html>
`;
}

/** A person who looks at a page, and not a program that wants the answer. */
export function isNavigation(method: string, headers: IncomingHttpHeaders): boolean {
  if (method !== 'GET' || !(headers.accept ?? '').includes('text/html')) return false;
  const mode = headers['sec-fetch-mode'];
  return mode === undefined || mode === 'navigate';
}
