import { PodctlError } from '../../core/errors.js';
import type { Secret } from '../../core/secret.js';
import { escapeControl } from '../../core/text.js';
import type { ExecStream } from '../../engine/exec-stream.js';
import type { PipeEnds } from '../../engine/piped.js';
import { DEFAULT_USER, type DumpServer, PASSWORD_VARIABLE, PROGRAMS, queryArgv } from '../../plan/dump-tools.js';
import { execStep } from '../../plan/make-step.js';
import type { ExecStep } from '../../plan/step.js';
import { renderLifecycle } from '../../render/argv/verbs.js';
import { argvOf, type Way } from '../../render/argv/way.js';
import type { ServerFamily } from '../../spec/server-version.js';

/** A database server in a running container, and who asks it. */
export type ServerAddress = {
  readonly family: ServerFamily;
  readonly container: string;
  /** null: the user that the server's own image makes. */
  readonly user: string | null;
  readonly password: Secret | null;
  readonly way: Way;
  readonly exec: ExecStream;
};

/** A row of a server's answer. */
export type Answer = Readonly<Record<string, unknown>>;

/** A conversation with a server through its own programs, inside its container. */
export type ServerTalk = {
  readonly server: DumpServer;
  /** Rows of an answer in JSON; only for answers that are small. */
  readonly ask: (sql: string, database?: string | null) => Promise<readonly Answer[]>;
  /** Run one of its programs. Throws what it says when it fails. */
  readonly pass: (argv: readonly string[], ends: PipeEnds & { readonly why: string }) => Promise<void>;
};

/** Find the server's programs, whichever names they have in this image. */
export async function openTalk(address: ServerAddress): Promise<ServerTalk> {
  return (await startTalk(address, (name) => [name, '--version'])).talk;
}

/** The same with the first question in one: its rows are in `answer`. */
export async function openTalkWith(
  address: ServerAddress,
  sql: string,
): Promise<{ readonly talk: ServerTalk; readonly answer: readonly Answer[] }> {
  const { talk, said } = await startTalk(address, (_, server) => queryArgv(server, sql, null));
  return { talk, answer: answersIn(said) };
}

async function startTalk(
  address: ServerAddress,
  clientArgv: (name: string, server: DumpServer) => readonly string[],
): Promise<{ readonly talk: ServerTalk; readonly said: string }> {
  const { family } = address;
  const { client: clients, dump: dumps } = PROGRAMS[family];
  const user = address.user ?? DEFAULT_USER[family];
  const asking = (name: string): DumpServer => ({ family, user, client: name, dump: '', mysqlDump: false });
  // Each question costs a process in the container, so both are asked at once.
  const [client, dump] = await Promise.all([
    firstOf(clients, address, (name) => clientArgv(name, asking(name))),
    firstOf(dumps, address, (name) => [name, '--version']),
  ]);
  const server: DumpServer = {
    ...asking(client.name),
    dump: dump.name,
    mysqlDump: family !== 'postgres' && !/mariadb/i.test(dump.said),
  };
  const pass: ServerTalk['pass'] = (argv, ends) => passOn(address, argv, ends);
  const ask: ServerTalk['ask'] = (sql, database = null) => askServer({ server, pass }, sql, database);
  return { talk: { server, pass, ask }, said: client.said };
}

/** The same conversation, of which only questions are carried out: everything else is written down. */
export function recordingTalk(
  talk: ServerTalk,
  { way, container, family, password }: ServerAddress,
): ServerTalk & {
  readonly steps: readonly ExecStep[];
} {
  const steps: ExecStep[] = [];
  return {
    ...talk,
    steps,
    pass: async (argv, { input, why }) => {
      const tokens = execTokens({ way, container, family, password }, argv, input !== null);
      const env = password === null ? {} : { [PASSWORD_VARIABLE[family]]: password };
      steps.push(execStep(tokens, { output: 'quiet', env, why }));
    },
  };
}

type Reach = Pick<ServerAddress, 'way' | 'container' | 'family' | 'password'>;

function execTokens({ way, container, family, password }: Reach, command: readonly string[], interactive: boolean) {
  const env = password === null ? [] : [PASSWORD_VARIABLE[family]];
  return renderLifecycle(way, {
    verb: 'exec',
    container,
    command,
    interactive,
    tty: false,
    workdir: null,
    user: null,
    env,
  });
}

async function passOn(
  address: ServerAddress,
  argv: readonly string[],
  ends: PipeEnds & { readonly why?: string },
): Promise<void> {
  const { exitCode, stderr } = await run(address, argv, ends);
  if (exitCode !== 0) throw failure(address, { argv, exitCode, stderr });
}

function run(address: ServerAddress, argv: readonly string[], ends: PipeEnds) {
  const { container, family, password, exec } = address;
  const env = password === null ? {} : { [PASSWORD_VARIABLE[family]]: password };
  return exec({ container, argv, env, printed: argvOf(execTokens(address, argv, ends.input !== null)) }, ends);
}

async function firstOf(
  names: readonly string[],
  address: ServerAddress,
  argvOfName: (name: string) => readonly string[],
): Promise<{ readonly name: string; readonly said: string }> {
  let last = '';
  for (const name of names) {
    const answer = answerText();
    // oxlint-disable-next-line no-await-in-loop -- the first one that is there
    const { exitCode, stderr } = await run(address, argvOfName(name), { input: null, onOutput: answer.take });
    if (exitCode === 0) return { name, said: answer.text() };
    last = stderr;
    if (exitCode !== 126 && exitCode !== 127 && !MISSING.test(stderr)) break;
  }
  if (!MISSING.test(last) && last.trim() !== '') throw failure(address, { argv: names, exitCode: 1, stderr: last });
  throw new PodctlError('UNAVAILABLE', `container \`${address.container}\` has no ${names.join(' or ')}`, {
    hint: 'backups of a server are made with its own programs: use an image that has them',
  });
}

const MISSING = /not found|no such file|executable file/i;
const LONGEST_ANSWER = 64 * 1024 * 1024;

async function askServer(
  { server, pass }: Pick<ServerTalk, 'server' | 'pass'>,
  sql: string,
  database: string | null,
): Promise<readonly Answer[]> {
  const answer = answerText();
  await pass(queryArgv(server, sql, database), { input: null, onOutput: answer.take, why: 'ask the server' });
  return answersIn(answer.text());
}

function answerText(): { readonly take: (chunk: Buffer) => void; readonly text: () => string } {
  const chunks: Buffer[] = [];
  let length = 0;
  return {
    take: (chunk) => {
      length += chunk.length;
      if (length > LONGEST_ANSWER) throw new PodctlError('UNAVAILABLE', "the server's answer has no end");
      chunks.push(chunk);
    },
    text: () => Buffer.concat(chunks).toString('utf8'),
  };
}

function answersIn(text: string): readonly Answer[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map(parsed);
}

function parsed(line: string): Answer {
  const value: unknown = JSON.parse(line);
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

const TOO_LONG = /server has gone away|max_allowed_packet/i;

type Failed = { readonly argv: readonly string[]; readonly exitCode: number; readonly stderr: string };

const REFUSED =
  /access denied|authentication failed|no password supplied|role .* does not exist|permission denied for/i;
const SILENT =
  /can't connect|could not connect|connection to server|is the server running|starting up|lost connection/i;

function failure({ container, password }: ServerAddress, { argv, exitCode, stderr }: Failed): PodctlError {
  const secret = password?.reveal() ?? '';
  const plain = secret === '' ? stderr : stderr.replaceAll(secret, '[redacted]');
  const words = escapeControl(plain.trim().split('\n').at(-1) ?? '') || `exit code ${exitCode}`;
  const what = `\`${argv[0] ?? ''}\` in container \`${container}\` failed: ${words}`;
  if (REFUSED.test(plain)) {
    return new PodctlError('UNAVAILABLE', what, {
      hint: 'set `user`, and `password` to the name of the variable that holds its password, in the [data] entry',
    });
  }
  if (TOO_LONG.test(plain)) {
    return new PodctlError('CANNOT_CREATE', what, {
      hint: 'the longest row needs a higher max_allowed_packet: start the server with --max-allowed-packet=1G, and restore again',
    });
  }
  if (SILENT.test(plain)) {
    return new PodctlError('TRY_AGAIN', what, {
      hint: 'the server may still be starting: try again, or see `podctl logs`',
    });
  }
  return new PodctlError('CANNOT_CREATE', what, {
    hint: 'read what the server says; nothing of it counts',
  });
}
