import { describe, expect, it } from 'vitest';
import { type BoxRequest, boxBody, holderBody } from '../../../src/rac/deploy/box.js';
import { readApp } from '../../../src/rac/deploy/read-app.js';

const RIGHTS_OF_ROOT = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'KILL', 'NET_BIND_SERVICE', 'SETGID', 'SETUID'];
const LIMITS = { memory: 64 * 1024 * 1024, cpus: 0.5, startTimeout: 60_000 };
const REQUEST: BoxRequest = {
  instance: 'a5aba7ee',
  engine: 'docker',
  name: 'me/app',
  release: 7,
  image: 'localhost/rac-a5aba7ee/me/app:0123',
  app: readApp({ ExposedPorts: { '80/tcp': {} }, StopSignal: 'SIGQUIT' }, LIMITS).app,
  volumes: { '/data': 'rac-a5aba7ee-me--app.0123' },
  env: ['A=b'],
  place: { holder: 'h1' },
  pids: 64,
  disk: 1000,
  ceiling: { files: 1024, processes: 4096 },
};

describe('the container of an application', () => {
  it('gets nothing that it does not need', () => {
    expect(boxBody(REQUEST)).toEqual({
      Image: 'localhost/rac-a5aba7ee/me/app:0123',
      Env: ['A=b'],
      Labels: {
        'podctl.project': 'rac-a5aba7ee',
        'podctl.rac': 'a5aba7ee',
        'podctl.rac.role': 'app',
        'podctl.rac.name': 'me/app',
        'podctl.rac.release': '7',
      },
      StopTimeout: 10,
      StopSignal: 'SIGQUIT',
      HostConfig: {
        Privileged: false,
        CapDrop: ['ALL'],
        CapAdd: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'KILL', 'NET_BIND_SERVICE', 'SETGID', 'SETUID'],
        SecurityOpt: ['no-new-privileges'],
        IpcMode: 'private',
        ShmSize: 16_777_216,
        RestartPolicy: { Name: 'no' },
        LogConfig: { Type: 'json-file', Config: { 'max-size': '5m', 'max-file': '2' } },
        NetworkMode: 'container:h1',
        Memory: 67_108_864,
        MemorySwap: 67_108_864,
        CpuPeriod: 100_000,
        CpuQuota: 50_000,
        PidsLimit: 64,
        Ulimits: [
          { Name: 'fsize', Soft: 1000, Hard: 1000 },
          { Name: 'core', Soft: 0, Hard: 0 },
          { Name: 'nofile', Soft: 1024, Hard: 1024 },
          { Name: 'nproc', Soft: 4096, Hard: 4096 },
        ],
        Mounts: [{ Type: 'volume', Target: '/data', Source: 'rac-a5aba7ee-me--app.0123' }],
      },
    });
  });

  it.each([
    ['', RIGHTS_OF_ROOT],
    ['root', RIGHTS_OF_ROOT],
    ['0:0', RIGHTS_OF_ROOT],
    ['1000', ['NET_BIND_SERVICE']],
    ['app', ['NET_BIND_SERVICE']],
    ['rooty', ['NET_BIND_SERVICE']],
    ['00', ['NET_BIND_SERVICE']],
  ])('of a user gets no right to become another: %j', (user, added) => {
    const body = boxBody({ ...REQUEST, app: { ...REQUEST.app, user } });
    expect(body).toMatchObject({ HostConfig: { CapDrop: ['ALL'], CapAdd: added } });
  });

  it('has its checks slowed down where they would come too often', () => {
    const app = { ...REQUEST.app, checks: { every: 5000, early: 0 } };
    expect(boxBody({ ...REQUEST, app })).toMatchObject({ Healthcheck: { Interval: 5e9, StartInterval: 0 } });
    expect(boxBody({ ...REQUEST, app, engine: 'podman' })).not.toHaveProperty('Healthcheck');
  });

  it('logs as its engine can', () => {
    expect(boxBody({ ...REQUEST, engine: 'podman' })).toMatchObject({
      HostConfig: { LogConfig: { Type: 'k8s-file', Config: { 'max-size': '5m' } } },
    });
  });
});

describe('a holder', () => {
  const request = { instance: 'a5aba7ee', engine: 'docker', image: 'hold', network: 'n', slot: 3 } as const;

  it('has no rights at all, and no IPv6', () => {
    const body = holderBody({ ...request, port: null });
    expect(body).toMatchObject({
      Labels: { 'podctl.rac.role': 'holder', 'podctl.rac.slot': '3' },
      HostConfig: {
        NetworkMode: 'n',
        CapDrop: ['ALL'],
        CapAdd: [],
        ReadonlyRootfs: true,
        Sysctls: { 'net.ipv6.conf.all.disable_ipv6': '1' },
      },
    });
    expect(body).not.toHaveProperty('HostConfig.PortBindings');
  });

  it('publishes the port on loopback alone where a bridge is out of reach', () => {
    expect(holderBody({ ...request, port: 80 })).toMatchObject({
      StopSignal: 'SIGKILL',
      ExposedPorts: { '80/tcp': {} },
      HostConfig: { PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }] } },
    });
  });
});
