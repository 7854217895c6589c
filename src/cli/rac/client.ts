import type { Readable } from 'node:stream';
import { type ErrorCode, EXIT_CODE, PodctlError } from '../../core/errors.js';
import { parseJson } from '../../engine/json.js';
import type { RacAnswer, RacRequest } from '../../io/net-rac.js';
import type { Context } from '../context.js';
import type { Flags } from '../parser.js';
import { racHome } from './home.js';
import { type Login, type Logins, openLogins } from './logins.js';

/** One question to a RAC server. `body` is sent as JSON, a stream as it is. */
export type RacQuestion = {
  readonly method: RacRequest['method'];
  /** From `/api/v1/…` on, with its query. */
  readonly path: string;
  readonly body?: unknown;
  readonly input?: Readable | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
};

/** The server that a command speaks with. What it refuses is thrown as a PodctlError with the server's own code and words. */
export type RacClient = {
  /** Without a slash at its end. */
  readonly server: string;
  /** Who is logged in there; null: nobody. */
  readonly login: Login | null;
  /** The parsed answer; null where there is none. */
  readonly call: (question: RacQuestion) => Promise<unknown>;
  /** The answer while it comes. */
  readonly stream: (question: RacQuestion) => Promise<Readable>;
  /** Keep a login for this server, or forget it with null. */
  readonly keepLogin: (login: Login | null) => Promise<void>;
};

/** Longer than every list; what is longer is streamed. */
const LONGEST = 64 * 1024 * 1024;

/**
 * Choose the server (`--server`, PODCTL_RAC_SERVER, else the RAC of this machine that runs) and find its login: PODCTL_RAC_TOKEN, else the
 * kept one. Throws PodctlError('UNAVAILABLE') where no RAC runs.
 */
export async function openClient(flags: Pick<Flags, 'server' | 'home'>, context: Context): Promise<RacClient> {
  const { world, rooms } = context;
  const home = racHome(flags, world);
  const server = await chooseServer(flags, home, context);
  const logins: Logins = await openLogins(home, world.files);
  const token = world.host.env['PODCTL_RAC_TOKEN'];
  const login = token === undefined || token === '' ? logins.of(server) : { account: null, token };
  const { askRac } = await rooms.askRac();
  const send = async (question: RacQuestion): Promise<RacAnswer> => {
    const answer = await reach(server, () => askRac(requestOf(question, server, login)));
    if (answer.status < 400) return answer;
    throw errorOf(answer.status, await textOf(answer.body, LONGEST), server);
  };
  return {
    server,
    login,
    call: async (question) => {
      const text = await textOf((await send(question)).body, LONGEST);
      return text.trim() === '' ? null : JSON.parse(text);
    },
    stream: async (question) => (await send(question)).body,
    keepLogin: (wanted) => logins.keep(server, wanted),
  };
}

async function chooseServer(flags: Pick<Flags, 'server'>, home: string, { world }: Context): Promise<string> {
  const stated = flags.server ?? world.host.env['PODCTL_RAC_SERVER'];
  if (stated !== undefined && stated !== '') return serverUrl(stated);
  const { readRunFile } = await import('../../rac/run-file.js');
  const run = await readRunFile(home, world);
  if (run !== null) return run.url;
  throw new PodctlError('UNAVAILABLE', 'no RAC runs on this machine', {
    hint: 'podctl rac up starts one; --server URL names one elsewhere',
  });
}

function serverUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.search !== '') {
    throw new PodctlError('USAGE', 'that is not the address of a RAC server', {
      hint: 'write for instance --server https://rac.example.com',
    });
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

function requestOf(
  { method, path, body, input, headers, signal }: RacQuestion,
  server: string,
  login: Login | null,
): RacRequest {
  return {
    method,
    url: `${server}${path}`,
    headers: {
      accept: 'application/json',
      ...(login === null ? {} : { authorization: `Bearer ${login.token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    body: input ?? (body === undefined ? undefined : JSON.stringify(body)),
    signal,
  };
}

async function reach<T>(server: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof PodctlError) throw cause;
    throw new PodctlError('UNAVAILABLE', `the RAC server ${server} does not answer`, {
      hint: 'podctl rac status says whether it runs; --server URL names another one',
      cause,
    });
  }
}

// `{"error":{"code":"REFUSED","message":…,"hint":…,"problems":[…]}}`; anything else did not come from RAC itself.
function errorOf(status: number, text: string, server: string): PodctlError {
  const error = fieldsOf(fieldsOf(parseJson(text))['error']);
  const { code, message, hint, problems } = error;
  if (typeof message !== 'string') {
    const what = status === 401 ? 'wants a login' : `answered with status ${status}`;
    return new PodctlError(status === 401 ? 'REFUSED' : 'UNAVAILABLE', `the RAC server ${server} ${what}`, {
      hint: status === 401 ? 'podctl rac login NAME' : 'see whether the address is right',
    });
  }
  return new PodctlError(isCode(code) ? code : 'UNAVAILABLE', message, {
    hint: typeof hint === 'string' ? hint : undefined,
    problems: Array.isArray(problems)
      ? problems.map((one) => ({ message: String(fieldsOf(one)['message'] ?? one) }))
      : [],
  });
}

async function textOf(body: Readable, most: number): Promise<string> {
  let text = '';
  body.setEncoding('utf8');
  for await (const chunk of body) {
    text += String(chunk);
    if (text.length > most) throw new PodctlError('UNAVAILABLE', 'the answer is too long', { hint: 'ask for less' });
  }
  return text;
}

function isCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(EXIT_CODE, code);
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
