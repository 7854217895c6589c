import { describe, expect, it } from 'vitest';
import { readSeen } from '../../../src/rac/deploy/seen.js';

const RUNNING = {
  Id: 'c1',
  Config: { Labels: { 'podctl.rac.name': 'blog' } },
  State: { Running: true, Paused: false, OOMKilled: false, ExitCode: 0, Pid: 4711 },
  HostConfig: { NetworkMode: 'rac-n1' },
  NetworkSettings: {
    Networks: { 'rac-n1': { IPAddress: '10.201.0.2' } },
    Ports: { '8080/tcp': [{ HostIp: '127.0.0.1', HostPort: '49153' }] },
  },
  SizeRw: 12,
  LogPath: '/var/lib/docker/containers/c1/c1-json.log',
  Mounts: [
    { Type: 'volume', Source: '/var/lib/docker/volumes/data/_data' },
    { Type: 'tmpfs', Source: '' },
  ],
};

describe('a container as inspect tells it', () => {
  it('is read from the form that docker has', () => {
    expect(readSeen(RUNNING)).toEqual({
      id: 'c1',
      labels: { 'podctl.rac.name': 'blog' },
      state: 'running',
      exitCode: 0,
      pid: 4711,
      outOfMemory: false,
      address: '10.201.0.2',
      networkMode: 'rac-n1',
      publishedPort: 49153,
      writtenBytes: 12,
      logPath: '/var/lib/docker/containers/c1/c1-json.log',
      volumes: ['/var/lib/docker/volumes/data/_data'],
    });
  });

  it.each([
    { what: 'a paused one, which runs as well', State: { Running: true, Paused: true }, state: 'paused' },
    { what: 'one that has ended', State: { Running: false, Paused: false }, state: 'stopped' },
    { what: 'one of which nothing is said', State: null, state: 'stopped' },
  ])('tells $what', ({ State, state }) => {
    expect(readSeen({ ...RUNNING, State }).state).toBe(state);
  });

  it('tells one that ended for want of memory, with its exit code', () => {
    const State = { Running: false, OOMKilled: true, ExitCode: 137, Pid: 0 };
    expect(readSeen({ ...RUNNING, State })).toMatchObject({
      state: 'stopped',
      outOfMemory: true,
      exitCode: 137,
      pid: 0,
    });
  });

  it.each([
    ['has joined the network of another', { Networks: {}, Ports: {} }],
    [
      'does not run, so that its addresses are empty',
      { Networks: { n: { IPAddress: '' } }, Ports: { '80/tcp': null } },
    ],
    ['publishes a port that has no number yet', { Networks: null, Ports: { '80/tcp': [{ HostPort: '' }] } }],
  ])('has neither address nor port where it %s', (_, NetworkSettings) => {
    expect(readSeen({ ...RUNNING, NetworkSettings })).toMatchObject({ address: '', publishedPort: null });
  });

  it('has no size where it was not asked for', () => {
    const { SizeRw: _, ...unsized } = RUNNING;
    expect(readSeen(unsized).writtenBytes).toBeNull();
  });
});
