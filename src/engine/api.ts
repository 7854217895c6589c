import { Duplex, Readable } from 'node:stream';
import { type ErrorCode, PodctlError } from '../core/errors.js';
import type { Connection } from './engine.js';
import { asObject, asText } from './json.js';
import { isPlainAddress } from './probe.js';

export type ApiRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With its query, ready to send. */
  readonly path: string;
  readonly body?: unknown;
  /** A tar archive in the body's place. */
  readonly tar?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
};

/** An engine's API with its streams. Every failure is a PodctlError with the engine's own words. */
export type Api = {
  /** The parsed answer; null where the engine sends none. */
  readonly call: (request: ApiRequest) => Promise<unknown>;
  /** The answer while it comes, from its headers on. */
  readonly stream: (request: ApiRequest) => Promise<Readable>;
  /** A connection taken over in both directions; ending it ends the other side's input only. */
  readonly hijack: (request: ApiRequest) => Promise<Duplex>;
};

/** Open the API through dockerode, which is loaded only here. Throws PodctlError('UNAVAILABLE') without a plain address. */
export async function openApi(connection: Connection): Promise<Api> {
  const modem = await loadModem(connection);
  const dial = (request: ApiRequest, how: Answering): Promise<unknown> =>
    new Promise((resolve, reject) => {
      modem.dial(dialOptions(request, how), (error, result) => {
        if (error === null || error === undefined) resolve(result);
        else reject(toPodctlError(error, request));
      });
    });
  return {
    call: async (request) => {
      const answer = await dial(request, tarBody(request.tar));
      return Buffer.isBuffer(answer) ? null : answer;
    },
    stream: async (request) => {
      const answer = await dial(request, {
        isStream: true,
        ...(request.headers === undefined ? {} : { headers: { ...request.headers } }),
      });
      return answer instanceof Readable ? answer : noStream(request);
    },
    hijack: async (request) => {
      const answer = await dial(request, { isStream: true, hijack: true, ...hijackBody(request.body) });
      return answer instanceof Duplex ? answer : noStream(request);
    },
  };
}

// docker-modem would send a body of `{}` or an empty chunk, and podman would hand that to the container as its first input.
function hijackBody(body: unknown): Pick<DialOptions, 'file' | 'headers'> {
  const file = body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body));
  return { file, headers: { 'Content-Type': 'application/json' } };
}

function tarBody(tar: Buffer | undefined): Pick<DialOptions, 'file' | 'headers'> {
  return tar === undefined ? {} : { file: tar, headers: { 'Content-Type': 'application/x-tar' } };
}

function noStream({ method, path }: ApiRequest): never {
  throw new PodctlError('BUG', `${method} ${path} gave no stream`);
}

/** What docker-modem is given: its `path` must hold a question mark for `_query` to be looked at. */
type DialOptions = {
  readonly method: string;
  readonly path: string;
  readonly options: { readonly _query: object; readonly _body: unknown };
  readonly statusCodes: Readonly<Record<number, true>>;
  readonly isStream?: boolean;
  readonly hijack?: boolean;
  readonly file?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly abortSignal?: AbortSignal;
};
type Answering = Pick<DialOptions, 'isStream' | 'hijack' | 'file' | 'headers'>;
type Modem = { dial(options: DialOptions, callback: (error: unknown, result: unknown) => void): void };

/** Load what speaks to an API, for whoever will need it in a moment. */
export async function loadApi(): Promise<void> {
  await import('dockerode');
}

async function loadModem(connection: Connection): Promise<Modem> {
  const { address } = connection;
  if (address === null || !isPlainAddress(address)) {
    throw new PodctlError('UNAVAILABLE', `${connection.program} has no API address that podctl can use`, {
      hint: 'use --via cli, or start the engine with its socket',
    });
  }
  const { default: Docker } = await import('dockerode');
  return new Docker(modemTarget(address)).modem;
}

// Every field is given, because docker-modem fills the missing ones from DOCKER_HOST.
function modemTarget(address: string) {
  const rest = address.slice(address.indexOf('://') + 3);
  if (address.startsWith('unix:')) return { socketPath: rest, host: '' };
  if (address.startsWith('npipe:')) return { socketPath: rest.replaceAll('/', '\\'), host: '' };
  const url = new URL(`http://${rest}`);
  return { protocol: 'http', host: url.hostname, port: url.port === '' ? 2375 : Number(url.port) } as const;
}

function dialOptions({ method, path, body, signal }: ApiRequest, how: Answering): DialOptions {
  return {
    method,
    path,
    options: { _query: {}, _body: body ?? {} },
    statusCodes: { 101: true, 200: true, 201: true, 204: true, 304: true },
    ...how,
    ...(signal === undefined ? {} : { abortSignal: signal }),
  };
}

const CODE: Readonly<Record<number, ErrorCode>> = {
  400: 'CANNOT_CREATE',
  403: 'REFUSED',
  404: 'UNAVAILABLE',
  409: 'CANNOT_CREATE',
  500: 'CANNOT_CREATE',
};

function toPodctlError(error: unknown, request: ApiRequest): PodctlError {
  const facts = asObject(error);
  const { statusCode: status } = facts;
  const what = `${request.method} ${request.path.split('?')[0] ?? ''}`;
  if (typeof status !== 'number') {
    const reason = error instanceof Error ? error.message : String(error);
    return new PodctlError('UNAVAILABLE', `the engine did not answer ${what}: ${reason}`, {
      hint: 'see whether the engine still runs',
      cause: error,
    });
  }
  const body = asObject(facts['json']);
  // Of a refused stream only docker-modem's own sentence is left, with the engine's words at its end.
  const told = error instanceof Error ? error.message.replace(/^\(HTTP code \d+\) .*? - /s, '').trim() : '';
  const words =
    asText(body['message']) || asText(body['cause']) || told.replace('[object Object]', '') || `status ${status}`;
  return new PodctlError(CODE[status] ?? 'UNAVAILABLE', words, {
    hint: `the engine refused ${what}`,
    cause: { status },
  });
}

/** The HTTP status behind an API error; null for any other failure. */
export function statusOf(error: unknown): number | null {
  const { status } = asObject(error instanceof PodctlError ? error.cause : null);
  return typeof status === 'number' ? status : null;
}
