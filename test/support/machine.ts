import { chownSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Folder = { readonly path: string; readonly clear: () => void };

/** A new empty folder of this test's own, or of a given user's, with no links in its path; `clear` removes it with all it holds. */
export function projectFolder(name: string, owner?: { readonly uid: number; readonly gid: number }): Folder {
  const path = realpathSync(mkdtempSync(join(tmpdir(), `podctl-${name}-`)));
  if (owner !== undefined) chownSync(path, owner.uid, owner.gid);
  return { path, clear: () => rmSync(path, { recursive: true, force: true, maxRetries: 3 }) };
}

// Below the ports that a system gives to whoever asks for any: between a look and its use, connections and engines of other files take those.
const FIRST_PORT = 20_000;
const PORTS_OF_ONE = 1500;
let turn = Math.floor(Math.random() * PORTS_OF_ONE);

/** A port that nobody listens on now, and that no other test file that runs at this time asks for. */
export async function freePort(): Promise<number> {
  const own = FIRST_PORT + (Number(process.env['VITEST_POOL_ID'] ?? 0) % 8) * PORTS_OF_ONE;
  for (let tries = 0; tries < PORTS_OF_ONE; tries += 1) {
    turn = (turn + 1) % PORTS_OF_ONE;
    // Kept: who asks meanwhile takes the next one.
    const port = own + turn;
    if (await isFree(port)) return port;
  }
  throw new Error(`no port from ${own} on is free`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(false));
    server.listen(port, '0.0.0.0', () => server.close(() => resolve(true)));
  });
}

/** Waits until the question is answered with true; rejects when `within` milliseconds are over. */
export async function until(question: () => boolean | Promise<boolean>, within = 120_000): Promise<void> {
  const end = Date.now() + within;
  for (;;) {
    const begin = Date.now();
    if (await question()) return;
    if (Date.now() >= end) throw new Error(`still not so after ${within} ms: ${question.toString()}`);
    // Questions that start a program would otherwise take the processor from what they wait for.
    await pause(Math.max(50, Math.min(Date.now() - begin, 500)));
  }
}

/** The body of the first answer with status 200; rejects with the last failure when `within` milliseconds are over. */
export async function untilAnswers(url: string, within = 90_000): Promise<string> {
  const end = Date.now() + within;
  for (;;) {
    const { body, failure } = await fetchOnce(url);
    if (body !== null) return body;
    if (Date.now() >= end) throw new Error(`${url} does not answer within ${within} ms: ${failure}`);
    await pause(50);
  }
}

async function fetchOnce(url: string): Promise<{ body: string | null; failure: string }> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(3000), headers: { connection: 'close' } });
    const body = await response.text();
    return response.ok ? { body, failure: '' } : { body: null, failure: `status ${response.status}` };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
    return { body: null, failure: `${String(error)}${cause}` };
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
