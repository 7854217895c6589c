import { describe, expect, it } from 'vitest';
import { PodctlError } from '../../../src/core/errors.js';
import type { FoundEngine } from '../../../src/engine/engine.js';
import { podmanSocket } from '../../../src/engine/stack/podman-socket.js';

import { DOCKER_FACTS, disk, HOST, PODMAN, reply } from '../fakes.js';

const FOUND: FoundEngine = { facts: { ...DOCKER_FACTS, name: 'podman' }, connection: PODMAN };
const FOLDER = '/home/ann/.local/state/podctl/run';
const host = { ...HOST, env: {} };

/** A machine on which the listed sockets answer, and podman can be started. */
function machine(
  options: { readonly answering?: readonly string[]; readonly held?: number; readonly dies?: string } = {},
) {
  const answering = new Set(options.answering);
  const calls: string[] = [];
  let held = options.held ?? 0;
  let now = 1_000_000;
  const files = disk({ [`${FOLDER}/other.txt`]: '' });
  const tools = {
    probe: (address: string) => {
      if (answering.has(address)) return Promise.resolve(reply('OK'));
      return Promise.reject(new PodctlError('UNAVAILABLE', `\`${address}\`: nobody listens there`));
    },
    lock: () => {
      if (held-- > 0) return Promise.reject(new PodctlError('TRY_AGAIN', 'another podctl'));
      calls.push('lock');
      return Promise.resolve(() => Promise.resolve(void calls.push('release')));
    },
    start: async (
      command: { readonly file: string; readonly args: readonly string[] },
      { log }: { readonly log: string },
    ) => {
      calls.push([command.file, ...command.args.slice(0, 3)].join(' '));
      if (options.dies === undefined) answering.add(command.args.at(-1) ?? '');
      else await files.writeText(log, options.dies);
      return { runs: () => options.dies === undefined };
    },
  };
  const clock = { now: () => now, sleep: (pause: number) => Promise.resolve(void (now += pause)) };
  return { calls, answering, files, deps: { host, files, clock, tools } };
}

describe('the socket of podman', () => {
  it('is the address that it was found at, without a question', async () => {
    const { deps, calls } = machine();
    const found = { ...FOUND, connection: { ...PODMAN, address: 'unix:///run/podman/podman.sock' } };
    expect(await podmanSocket(found, deps)).toEqual({ address: 'unix:///run/podman/podman.sock', started: false });
    expect(calls).toEqual([]);
  });

  it('is started where there is none, and found by the next', async () => {
    const { deps, calls } = machine();
    const first = await podmanSocket(FOUND, deps);
    expect(first.started).toBe(true);
    expect(first.address).toMatch(new RegExp(`^unix://${FOLDER}/podman-[0-9a-f]{8}-${HOST.pid}-[0-9a-z]+\\.sock$`));
    expect(calls).toEqual(['lock', 'podman system service --time=300', 'release']);
    await deps.files.writeText(first.address.slice('unix://'.length), '');
    expect(await podmanSocket(FOUND, deps)).toEqual({ address: first.address, started: false });
    expect(calls).toHaveLength(3);
  });

  it('another podctl that starts one is waited for, and its service taken', async () => {
    const { deps, calls, answering } = machine({ held: 2 });
    const name = (await podmanSocket(FOUND, machine().deps)).address.slice(-60);
    const path = `${FOLDER}/${/podman-[0-9a-f]{8}/.exec(name)?.[0]}-77-x.sock`;
    const sleep = async (): Promise<void> => {
      await deps.files.writeText(path, '');
      answering.add(`unix://${path}`);
    };
    const socket = await podmanSocket(FOUND, { ...deps, clock: { ...deps.clock, sleep } });
    expect(socket).toEqual({ address: `unix://${path}`, started: false });
    expect(calls).toEqual([]);
  });

  it('a socket that nobody listens on is removed and stands in nobody’s way', async () => {
    const { deps, answering } = machine();
    const dead = (await podmanSocket(FOUND, deps)).address;
    await deps.files.writeText(dead.slice('unix://'.length), '');
    answering.clear();
    await deps.clock.sleep(1);
    const socket = await podmanSocket(FOUND, deps);
    expect(socket.started).toBe(true);
    expect(socket.address).not.toBe(dead);
    expect(await deps.files.stat(dead.slice('unix://'.length))).toBeNull();
  });

  it('podmans with other settings have services of their own', async () => {
    const address = async (env: Readonly<Record<string, string>>) =>
      /podman-([0-9a-f]{8})/.exec(
        (await podmanSocket(FOUND, { ...machine().deps, host: { ...host, env } })).address,
      )?.[1];
    const plain = await address({});
    expect(await address({ TERM: 'xterm' })).toBe(plain);
    for (const name of ['CONTAINERS_CONF', 'CONTAINERS_STORAGE_CONF', 'XDG_DATA_HOME', 'HTTPS_PROXY'])
      expect(await address({ [name]: '/x' })).not.toBe(plain);
  });

  it('a service that ends at once is told with what it said', async () => {
    const { deps, calls } = machine({ dies: 'Error: cannot set up namespace\n' });
    const failing = podmanSocket(FOUND, deps);
    await expect(failing).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: '`podman system service` ended at once',
    });
    await expect(failing).rejects.toMatchObject({ problems: [{ message: 'Error: cannot set up namespace' }] });
    expect(calls.at(-1)).toBe('release');
  });

  it('is not started for a podman elsewhere, nor where the path would be too long', async () => {
    const far = {
      ...FOUND,
      connection: { ...PODMAN, globals: ['--connection', 'far'], foundBy: 'podman connection far' },
    };
    await expect(podmanSocket(far, machine().deps)).rejects.toThrow('podman (podman connection far) has no API socket');
    const long = { ...machine().deps, host: { ...host, env: { XDG_RUNTIME_DIR: `/${'x'.repeat(90)}` } } };
    await expect(podmanSocket(FOUND, long)).rejects.toThrow('a socket cannot have so long a path');
  });
});
