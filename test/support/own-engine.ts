import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestEngine } from './engines.js';
import { until } from './machine.js';

/** An engine with storage and networks of its own, for what may touch everything that an engine has. */
export type OwnEngine = {
  readonly name: 'docker' | 'podman';
  /** What podctl and the engine's program need to reach it. */
  readonly env: Readonly<Record<string, string>>;
  readonly busybox: string;
  /** Gives its program a command; a failure is an error. */
  readonly run: (args: readonly string[], input?: string) => Promise<string>;
  /** Bytes that it takes on the disk now. */
  readonly bytes: () => number;
  /** Ends and starts it, as an upgrade of the engine does. Podman is no process. */
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** Start one beside an engine of the set-up, with the small image in it. */
export async function ownEngine(beside: TestEngine): Promise<OwnEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'podctl-own-engine-'));
  const start = beside.name === 'docker' ? startDocker : startPodman;
  const { env, root, restart, stop } = await start(folder, beside);
  const run = async (args: readonly string[], input?: string): Promise<string> => {
    const child = promisify(execFile)(beside.name, [...args], { env: { ...process.env, ...env }, maxBuffer: 1e8 });
    child.child.stdin?.end(input);
    return (await child).stdout;
  };
  const file = join(folder, 'busybox.tar');
  await beside.run(['save', '--output', file, beside.busybox]);
  await run(['load', '--quiet', '--input', file]);
  rmSync(file);
  return {
    name: beside.name,
    env,
    run,
    busybox: beside.busybox,
    bytes: () => Number(/^\d+/.exec(spawnSync('du', ['-sxB1', root], { encoding: 'utf8' }).stdout)?.[0]),
    restart,
    stop: async () => {
      await stop(run);
      rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
    },
  };
}

type Run = OwnEngine['run'];
type Started = {
  readonly env: Readonly<Record<string, string>>;
  readonly root: string;
  readonly restart: () => Promise<void>;
  readonly stop: (run: Run) => Promise<void>;
};

// Without a bridge of its own dockerd would take that of the other one away.
async function startDocker(folder: string): Promise<Started> {
  const socket = join(folder, 'docker.sock');
  const bridge = `podctl${process.pid % 100_000}`;
  const ip = (...args: readonly string[]) => spawnSync('ip', [...args]);
  ip('link', 'add', bridge, 'type', 'bridge');
  // Two of them may run at the same time.
  ip('addr', 'add', `10.251.${process.pid % 250}.1/24`, 'dev', bridge);
  ip('link', 'set', bridge, 'up');
  const root = join(folder, 'root');
  const places = ['--data-root', root, '--exec-root', join(folder, 'exec'), '--pidfile', join(folder, 'pid')];
  const env = { DOCKER_HOST: `unix://${socket}`, DOCKER_BUILDKIT: '0' };
  const words = [...places, '--host', `unix://${socket}`, '--bridge', bridge, '--iptables=false'];
  const begin = async (): Promise<() => Promise<unknown>> => {
    const child = spawn('dockerd', words, { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await until(() => spawnSync('docker', ['version'], { env: { ...process.env, ...env } }).status === 0, 60_000);
    return async () => {
      child.kill('SIGTERM');
      await ended;
    };
  };
  let end = await begin();
  return {
    env,
    root,
    restart: async () => {
      await end();
      end = await begin();
    },
    stop: async (run) => {
      // Their bridges would outlive it.
      const ids = (await run(['ps', '--all', '--quiet'])).split('\n').filter((line) => line !== '');
      if (ids.length > 0) await run(['rm', '--force', ...ids]);
      await run(['network', 'prune', '--force']);
      await end();
      ip('link', 'del', bridge);
    },
  };
}

function startPodman(folder: string, beside: TestEngine): Promise<Started> {
  const [storage, conf, root] = ['storage.conf', 'containers.conf', 'root'].map((name) => join(folder, name));
  if (storage === undefined || conf === undefined || root === undefined) throw new Error('no folder');
  const places = `graphroot = "${root}"\nrunroot = "${join(folder, 'run')}"\n`;
  writeFileSync(storage, `[storage]\ndriver = "overlay"\n${places}`);
  const settings = beside.env['CONTAINERS_CONF'];
  const networks = join(folder, 'networks');
  mkdirSync(networks);
  const before = settings === undefined ? '' : readFileSync(settings, 'utf8');
  writeFileSync(conf, `${before}\n[network]\nnetwork_config_dir = "${networks}"\n`);
  return Promise.resolve({
    env: { CONTAINERS_STORAGE_CONF: storage, CONTAINERS_CONF: conf },
    root,
    restart: () => Promise.resolve(),
    stop: async (run) => {
      await run(['rm', '--all', '--force', '--time', '0']);
      // Its storage is mounted onto itself; whoever still cleans up there must not keep the folder.
      spawnSync('umount', ['--lazy', join(root, 'overlay')]);
    },
  });
}
