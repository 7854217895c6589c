import { revealed, type Secret } from '../core/secret.js';
import type { Host } from '../io/host.js';
import { type Api, openApi } from './api.js';
import { takeFrames } from './demux.js';
import type { FoundEngine } from './engine.js';
import { asObject, asText } from './json.js';
import { feed, type PipeEnds, Tail, together } from './piped.js';
import { type Processes, realProcesses } from './process.js';

/** A program inside a running container. `env` never stands on a command line, here or in the container. */
export type ExecCommand = {
  readonly container: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | Secret>>;
  /** The engine's own command line for it, which `--dry-run` prints. */
  readonly printed: readonly string[];
};

/** How it ended: 126 or 127 where the container has no such program; the last words that it said on stderr. */
export type ExecEnded = { readonly exitCode: number; readonly stderr: string };

/** Runs programs in containers, with their data passed through as it comes. */
export type ExecStream = (command: ExecCommand, ends: PipeEnds) => Promise<ExecEnded>;

/** Through the engine's program or through its API; both give the same bytes and exit codes. */
export function makeExecStream(
  { connection }: FoundEngine,
  via: 'cli' | 'api',
  deps: { readonly host: Host; readonly processes?: Processes | undefined; readonly api?: Api | undefined },
): ExecStream {
  if (via === 'cli') return byProgram(deps.processes ?? realProcesses(deps.host));
  return async (command, ends) => byApi(command, ends, deps.api ?? (await openApi(connection)));
}

// The values go from podctl's environment to the engine's program, which passes on those that `--env NAME` names.
function byProgram(processes: Processes): ExecStream {
  return async ({ printed: [file = '', ...args], env }, ends) => {
    const plain = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, revealed(value)]));
    const { exitCode, stderr } = await processes.pipe({ file, args, env: plain }, ends);
    return { exitCode, stderr };
  };
}

async function byApi({ container, argv, env }: ExecCommand, ends: PipeEnds, api: Api): Promise<ExecEnded> {
  const body = {
    AttachStdin: ends.input !== null,
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    Cmd: argv,
    Env: Object.entries(env).map(([name, value]) => `${name}=${revealed(value)}`),
  };
  const made = await api.call({ method: 'POST', path: `/containers/${encodeURIComponent(container)}/exec`, body });
  const id = asText(asObject(made)['Id']);
  const socket = await api.hijack({ method: 'POST', path: `/exec/${id}/start`, body: { Detach: false, Tty: false } });
  const said = new Tail();
  const work = [split(socket, { onOutput: ends.onOutput, said })];
  if (ends.input !== null) work.push(feed(socket, ends.input));
  await together(work, () => socket.destroy());
  const code = asObject(await api.call({ method: 'GET', path: `/exec/${id}/json` }))['ExitCode'];
  return { exitCode: typeof code === 'number' ? code : 1, stderr: said.text() };
}

const STDERR = 2;

async function split(
  source: AsyncIterable<Uint8Array>,
  { onOutput, said }: Pick<PipeEnds, 'onOutput'> & { readonly said: Tail },
): Promise<void> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    const { frames, left } = takeFrames(Buffer.concat([rest, chunk]));
    rest = left;
    for (const { stream, data } of frames) {
      if (stream === STDERR) said.add(data);
      else await onOutput(data);
    }
  }
}
