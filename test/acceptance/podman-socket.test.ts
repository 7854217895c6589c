import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { type PodmanSocket, startPodmanSocket } from '../../src/engine/stack/podman-socket.js';
import { realClock } from '../../src/io/clock.js';
import { realFiles } from '../../src/io/files.js';
import { openDesk } from '../engine/real.js';
import { describePodman } from '../support/engines.js';

describePodman('the socket service of podman', (engine) => {
  const clearing: (() => void)[] = [];
  afterAll(() => clearing.map((clear) => clear()));

  async function desk(idle: number): Promise<{ readonly open: () => Promise<PodmanSocket> }> {
    const { found, host, clear } = await openDesk(engine, 'program');
    clearing.push(clear);
    return { open: () => startPodmanSocket(found, { host, files: realFiles(), clock: realClock, idle }) };
  }

  it('two that start at once get one; it ends when idle, and takes its socket along', async () => {
    const { open } = await desk(1);
    const sockets = await Promise.all([open(), open(), open()]);
    const path = pathOf(sockets[0]);
    expect(new Set(sockets.map(pathOf)).size).toBe(1);
    expect(sockets.filter(({ started }) => started)).toHaveLength(1);
    expect(statSync(path.slice(0, path.lastIndexOf('/'))).mode & 0o777).toBe(0o700);
    const pid = serviceOf(path);
    // A session of its own: nothing that ends podctl or its terminal reaches it.
    expect(statOf(pid).session).toBe(String(pid));
    expect(readlinkSync(`/proc/${pid}/cwd`)).toBe('/');
    await gone(pid);
    expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });

  it('one that was killed leaves a socket that stands in nobody’s way', async () => {
    const { open } = await desk(1);
    const path = pathOf(await open());
    process.kill(serviceOf(path), 'SIGKILL');
    expect(statSync(path).isSocket()).toBe(true);
    const next = await open();
    expect(next.started).toBe(true);
    await gone(serviceOf(path));
  });
});

function pathOf(socket: PodmanSocket | undefined): string {
  return (socket?.address ?? '').slice('unix://'.length);
}

function serviceOf(path: string): number {
  const pid = readdirSync('/proc').find((name) => /^\d+$/.test(name) && commandOf(name).includes(path));
  expect(pid, `no process serves ${path}`).toBeDefined();
  return Number(pid);
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

function statOf(pid: number): { readonly state: string; readonly session: string } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [state = '', , , session = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state, session };
}

async function gone(pid: number): Promise<void> {
  await expect.poll(() => commandOf(String(pid)), { timeout: 120_000 }).toBe('');
}
