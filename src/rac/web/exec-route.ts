import { once } from 'node:events';
import { Hono } from 'hono';
import { stream } from 'hono/streaming';
import type { StreamingApi } from 'hono/utils/stream';
import { PodctlError } from '../../core/errors.js';
import { asObject, parseJson } from '../../engine/json.js';
import type { ExecSession } from '../deploy/releases.js';
import { type Asked, managedName } from './ask-rights.js';
import type { WebDeps } from './deps.js';
import { FRAME, type Frame, frameOf, framesIn } from './exec-frames.js';
import { proofOf } from './proof.js';
import type { RacContext, RacEnv } from './request.js';

type Wish = { readonly argv: readonly string[]; readonly tty: boolean; readonly size: Size | null };
type Size = { readonly columns: number; readonly rows: number };

/** `POST /api/v1/names/:name/exec`: a program inside, input and output in frames, both at the same time. */
export function execRoute({ releases, warn, identity, sleep }: WebDeps, asked: Asked): Hono<RacEnv> {
  const app = new Hono<RacEnv>();
  app.post('/names/:name/exec', async (context) => {
    const { name } = managedName(context, asked);
    const frames = framesOf(context);
    const first = await frames.next();
    const { argv, tty, size } = wishIn(first.done === true ? null : first.value);
    const ended = new AbortController();
    const proved = proofOf(context, identity);
    const principal = context.get('principal');
    const may = (): boolean => proved() && asked.rights.manage(principal, name).ok;
    const session = await releases.exec(name, { argv, tty, signal: ended.signal }, principal);
    context.header('Content-Type', 'application/vnd.podctl.frames');
    return stream(context, async (output) => {
      output.onAbort(() => ended.abort());
      ended.signal.addEventListener('abort', () => session.stream.destroy());
      const watch = endWhenOver({ may, sleep, ended }).catch(() => ended.abort());
      const input = carryInput(session, frames).catch((error: unknown) => {
        if (!ended.signal.aborted) warn('exec-input', { name, problem: String(error) });
      });
      if (size !== null) await session.resize(size.columns, size.rows);
      await carryOutput(session, output, tty);
      ended.abort();
      void input;
      await watch;
    });
  });
  return app;
}

const LOOK_MS = 15_000;
type Watch = Pick<WebDeps, 'sleep'> & { readonly may: () => boolean; readonly ended: AbortController };

// Who is logged out, or owns the name no more, is inside no more.
async function endWhenOver({ may, sleep, ended }: Watch): Promise<void> {
  while (!ended.signal.aborted) {
    await sleep(LOOK_MS, ended.signal);
    if (!may()) ended.abort();
  }
}

function framesOf(context: RacContext): AsyncGenerator<Frame> {
  const body = context.req.raw.body;
  if (body === null) throw noWish();
  return framesIn(body);
}

function wishIn(frame: Frame | null): Wish {
  const { argv, tty, columns, rows } = frame?.kind === FRAME.control ? controlIn(frame) : {};
  const isArgv = Array.isArray(argv) && argv.length > 0 && argv.every((word) => typeof word === 'string');
  if (!isArgv) throw noWish();
  return { argv: argv.map(String), tty: tty === true, size: tty === true ? sizeIn({ columns, rows }) : null };
}

function noWish(): PodctlError {
  return new PodctlError('USAGE', 'the first frame has to say what to run: {"argv": [...], "tty": false}');
}

function controlIn({ data }: Frame): Readonly<Record<string, unknown>> {
  return asObject(parseJson(data.toString()));
}

const MOST_CELLS = 10_000;

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 && value <= MOST_CELLS;
}

function sizeIn({ columns, rows }: Readonly<Record<string, unknown>>): Size | null {
  return isSize(columns) && isSize(rows) ? { columns, rows } : null;
}

async function carryInput({ stream: inside, resize }: ExecSession, frames: AsyncGenerator<Frame>): Promise<void> {
  for await (const frame of frames) {
    if (frame.kind === FRAME.input && !inside.writableEnded && !inside.write(frame.data)) await once(inside, 'drain');
    if (frame.kind !== FRAME.control) continue;
    const control = controlIn(frame);
    const size = sizeIn(control);
    if (size !== null) await resize(size.columns, size.rows);
    if (control['end'] === true) inside.end();
  }
  inside.end();
}

// Without a terminal the engine's own frames are what the API sends.
async function carryOutput({ stream: inside, exitCode }: ExecSession, to: StreamingApi, tty: boolean): Promise<void> {
  try {
    for await (const chunk of inside) await to.write(tty ? frameOf(FRAME.stdout, chunk) : chunk);
    await to.write(frameOf(FRAME.end, JSON.stringify({ code: await exitCode() })));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    await to.write(frameOf(FRAME.end, JSON.stringify({ problem: message })));
  }
}
