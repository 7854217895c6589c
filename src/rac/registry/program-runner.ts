import { mkdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PodctlError } from '../../core/errors.js';
import { shortHash } from '../../core/hash.js';
import { asObject, asText, parseJson } from '../../engine/json.js';
import { type BackgroundStart, type Processes, startInBackground } from '../../engine/process.js';
import type { Clock } from '../../io/clock.js';
import { signalProcess } from '../../io/end-process.js';
import type { Files } from '../../io/files.js';
import type { Host } from '../../io/host.js';
import { processFacts } from '../../io/process-facts.js';
import { lastOf, notCollected } from './not-collected.js';
import type { RegistryRunner } from './runner.js';

export type ProgramRunnerDeps = {
  readonly host: Host;
  readonly files: Files;
  readonly clock: Clock;
  /** Starts programs with the environment of that host. */
  readonly processes: (host: Host) => Pick<Processes, 'run'>;
  readonly start?: BackgroundStart;
  /** Variables that the registry gets beside the machine's: keys of S3. */
  readonly env: Readonly<Record<string, string>>;
};

type Kept = { readonly pid: number; readonly mark: string | null; readonly config: string };

const STOP_WITHIN_MS = 20_000;
const LOG_MOST = 5 * 1024 * 1024;

type Program = { readonly file: string; readonly version: string; readonly folder: string };

/** Distribution's program, in a session of its own so that RAC's end is not its end. `folder`: of its config, layers, log and process number. */
export function programRunner(program: Program, deps: ProgramRunnerDeps): RegistryRunner {
  const { file, version, folder } = program;
  const paths = pathsIn(folder);
  const host = { ...deps.host, env: registryEnv(deps.host.env, deps.env) };
  const running = runningIn(paths.run, deps);
  const launch = launcher(program, { ...deps, host });
  return {
    about: () => `Distribution ${version} (${file})`,
    data: paths.data,
    dataIsHere: true,
    fileInside: (name) => join(folder, name),
    start: async (config) => {
      if ((await running.now())?.config === shortHash(config)) return;
      await running.end();
      await launch(config);
    },
    runs: async () => (await running.now()) !== null,
    stop: running.end,
    collect: async () => {
      const args = ['garbage-collect', paths.config];
      const { exitCode, stdout, stderr } = await deps.processes(host).run({ file, args, cwd: folder });
      if (exitCode === 0) return stdout;
      throw notCollected(stderr);
    },
    lastLines: async () => lastOf(await readFile(paths.log, 'utf8').catch(() => ''), 5),
  };
}

type Paths = { readonly config: string; readonly data: string; readonly log: string; readonly run: string };

function pathsIn(folder: string): Paths {
  const at = (name: string): string => join(folder, name);
  return { config: at('config.yml'), data: at('data'), log: at('registry.log'), run: at('run.json') };
}

/** The process that a file speaks of, if it still runs. */
type Running = { readonly now: () => Promise<Kept | null>; readonly end: () => Promise<void> };

function runningIn(path: string, { files, host, clock }: ProgramRunnerDeps): Running {
  const now = async (): Promise<Kept | null> => {
    const kept = keptOf((await files.readText(path)) ?? '');
    if (kept === null) return null;
    const facts = await processFacts(kept.pid, { platform: host.platform, files });
    return facts.alive && facts.mark === kept.mark ? kept : null;
  };
  return {
    now,
    end: async () => {
      const run = await now();
      if (run !== null) await end(run.pid, async () => (await now())?.pid === run.pid, clock);
      await files.removeFile(path);
    },
  };
}

/** Writes the config, starts the program with it, and writes down which process that is. */
function launcher({ file, folder }: Program, deps: ProgramRunnerDeps): (config: string) => Promise<void> {
  const paths = pathsIn(folder);
  const { host, files, start = startInBackground } = deps;
  return async (config) => {
    await mkdir(paths.data, { recursive: true, mode: 0o700 });
    await files.writeText(paths.config, config, 0o600);
    await turnLog(paths.log);
    const { pid } = await start({ file, args: ['serve', paths.config], cwd: folder }, { host, log: paths.log });
    if (pid === undefined) {
      throw new PodctlError('UNAVAILABLE', `\`${file}\` did not start`, { hint: 'try it by hand' });
    }
    const { mark } = await processFacts(pid, { platform: host.platform, files });
    await files.writeText(paths.run, JSON.stringify({ pid, mark, config: shortHash(config) }), 0o600);
  };
}

/**
 * What the registry's environment is made of: of the machine's without REGISTRY_… (each would change its config), without AWS_CA_BUNDLE
 * (with it 2.8 falls over when its layers are in S3), and with the traces of 3.x off.
 */
function registryEnv(env: Host['env'], more: Readonly<Record<string, string>>): Host['env'] {
  const own = Object.entries(env).filter(([name]) => !/^(REGISTRY_|OTEL_|AWS_CA_BUNDLE$)/.test(name));
  return { ...Object.fromEntries(own), OTEL_TRACES_EXPORTER: 'none', ...more };
}

async function end(pid: number, alive: () => Promise<boolean>, clock: Clock): Promise<void> {
  signalProcess(pid, 'SIGTERM');
  const until = clock.now() + STOP_WITHIN_MS;
  while (await alive()) {
    if (clock.now() > until) signalProcess(pid, 'SIGKILL');
    await clock.sleep(20);
  }
}

function keptOf(text: string): Kept | null {
  const { pid, mark, config } = asObject(parseJson(text));
  if (typeof pid !== 'number') return null;
  return { pid, mark: typeof mark === 'string' ? mark : null, config: asText(config) };
}

// A registry says little, but for years: what is long is put aside once, when it starts.
async function turnLog(path: string): Promise<void> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size > LOG_MOST) await rename(path, `${path}.old`);
}
