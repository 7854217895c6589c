import { describe, expect, it } from 'vitest';
import { PodctlError } from '../../../src/core/errors.js';
import type { FoundEngine } from '../../../src/engine/engine.js';
import { podmanSocketAddress, startPodmanSocket } from '../../../src/engine/stack/podman-socket.js';

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
      calls.push([command.file, ...command.args].join(' '));
      if (options.dies === undefined) answering.add(command.args.at(-1) ?? '');
      else await files.writeText(log, options.dies);
      return { runs: () => options.dies === undefined };
    },
  };
  const clock = { now: () => now, sleep: (pause: number) => Promise.resolve(void (now += pause)) };
  return { calls, answering, files, deps: { host, files, clock, tools } };
}

const ADDRESS = podmanSocketAddress(FOUND, host);

describe('the socket of podman', () => {
  it('is the address that it was found at, without a question', async () => {
    const { deps, calls } = machine();
    const found = { ...FOUND, connection: { ...PODMAN, address: 'unix:///run/podman/podman.sock' } };
    expect(await startPodmanSocket(found, deps)).toEqual({ address: 'unix:///run/podman/podman.sock', started: false });
    expect(calls).toEqual([]);
  });

  it('is started where there is none, at the address that was told before, and found by the next', async () => {
    const { deps, calls } = machine();
    expect(ADDRESS).toMatch(new RegExp(`^unix://${FOLDER}/podman-[0-9a-f]{8}\\.sock$`));
    expect(await startPodmanSocket(FOUND, deps)).toEqual({ address: ADDRESS, started: true });
    expect(calls).toEqual(['lock', `podman system service --time=300 ${ADDRESS}`, 'release']);
    expect(await startPodmanSocket(FOUND, deps)).toEqual({ address: ADDRESS, started: false });
    expect(calls).toHaveLength(3);
  });

  it('another podctl that starts one is waited for, and its service taken', async () => {
    const { deps, calls, answering } = machine({ held: 2 });
    const sleep = (): Promise<void> => Promise.resolve(void answering.add(ADDRESS));
    const socket = await startPodmanSocket(FOUND, { ...deps, clock: { ...deps.clock, sleep } });
    expect(socket).toEqual({ address: ADDRESS, started: false });
    expect(calls).toEqual([]);
  });

  it('podmans with other settings have services of their own', () => {
    const address = (env: Readonly<Record<string, string>>) =>
      podmanSocketAddress(FOUND, { ...host, env: { XDG_RUNTIME_DIR: '/run/user/7', ...env } });
    const plain = address({});
    expect(address({ TERM: 'xterm' })).toBe(plain);
    for (const name of ['CONTAINERS_CONF', 'CONTAINERS_STORAGE_CONF', 'XDG_DATA_HOME', 'HTTPS_PROXY'])
      expect(address({ [name]: '/x' })).not.toBe(plain);
  });

  it('a service that ends at once is told with what it said', async () => {
    const { deps, calls } = machine({ dies: 'Error: cannot set up namespace\n' });
    const failing = startPodmanSocket(FOUND, deps);
    await expect(failing).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: '`podman system service` ended at once',
      problems: [{ message: 'Error: cannot set up namespace' }],
    });
    expect(calls.at(-1)).toBe('release');
  });

  it('is not started for a podman elsewhere, nor where the path would be too long', () => {
    const far = {
      ...FOUND,
      connection: { ...PODMAN, globals: ['--connection', 'far'], foundBy: 'podman connection far' },
    };
    expect(() => podmanSocketAddress(far, host)).toThrow('podman (podman connection far) has no API socket');
    const mac = { ...host, platform: 'darwin' } as const;
    expect(() => podmanSocketAddress(FOUND, mac)).toThrow('has no API socket on this machine');
    const long = { ...host, env: { XDG_RUNTIME_DIR: `/${'x'.repeat(90)}` } };
    expect(() => podmanSocketAddress(FOUND, long)).toThrow('a socket cannot have so long a path');
  });
});
