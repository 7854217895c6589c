import { describe, expect, it } from 'vitest';
import { PodctlError } from '../../src/core/errors.js';
import { secretFilePrefix, secretFilesOf, sweepSecretFiles } from '../../src/engine/secret-files.js';
import type { Files } from '../../src/io/files.js';
import { DOCKER, disk, HOST, PODMAN, reply } from './fakes.js';

const FOLDER = '/home/ann/.local/state/podctl/secrets';
const at = (pid: number) => ({ ...HOST, pid });
const path = (container: string, pid: number, connection = DOCKER): string =>
  `${secretFilePrefix(container, { connection, host: at(pid) })}TOKEN`;

describe('secret files', () => {
  it('are told apart by engine and container, whoever wrote them', async () => {
    const files = disk({
      [path('web', 11)]: 'a',
      [path('web', 12)]: 'b',
      [path('web-2', 11)]: 'c',
      [path('web', 11, PODMAN)]: 'd',
      [`${FOLDER}/notes`]: 'e',
    });
    const deps = { connection: DOCKER, host: HOST, files };
    expect(await secretFilesOf('web', deps)).toEqual([path('web', 11), path('web', 12)]);
    expect(await secretFilesOf('none', deps)).toEqual([]);
  });

  it('podman is the same with and without its socket, docker is not the same at another address', () => {
    const prefix = (connection: typeof DOCKER) => secretFilePrefix('web', { connection, host: HOST });
    expect(prefix({ ...PODMAN, address: 'unix:///run/podman/podman.sock' })).toBe(prefix(PODMAN));
    expect(prefix({ ...DOCKER, address: 'tcp://10.0.0.1:2375' })).not.toBe(prefix(DOCKER));
    expect(prefix({ ...PODMAN, globals: ['--connection', 'far'] })).not.toBe(prefix(PODMAN));
  });
});

describe('the sweep', () => {
  const content = {
    [path('gone', 11)]: 'its podctl and its container are gone',
    [path('there', 11)]: 'its container is there',
    [path('gone', 77)]: 'its podctl runs, and may just make the container',
    [path('gone', HOST.pid)]: 'of this podctl',
    [path('there', HOST.pid)]: 'of this podctl, with its container',
    [path('gone', 11, PODMAN)]: 'of another engine',
    [`${path('gone', 11)}.0a1b-2c3d.tmp`]: 'half-written',
    '/proc/77/stat': '77 (node) S 1',
  };
  const deps = (files: Files, answer = reply({ message: 'No such container' }, { status: 404 })) => ({
    connection: DOCKER,
    host: HOST,
    files,
    isAlive: (pid: number) => pid === 77,
    probe: (_address: string, { path: asked }: { readonly path: string }) =>
      Promise.resolve(asked === '/containers/there/json' ? reply({ Id: 'x' }) : answer),
    processes: { run: unexpected, stream: unexpected, attach: unexpected, pipe: unexpected },
  });

  it('takes what podctls that are gone left of containers that are gone', async () => {
    const files = disk(content);
    await sweepSecretFiles('ended', deps(files));
    expect(await files.list(FOLDER)).toEqual(
      [path('there', 11), path('gone', 77), path('gone', HOST.pid), path('there', HOST.pid), path('gone', 11, PODMAN)]
        .map((one) => one.slice(FOLDER.length + 1))
        .toSorted(),
    );
  });

  it('takes its own when its container was never made', async () => {
    const files = disk(content);
    await sweepSecretFiles('own', deps(files));
    expect(await files.stat(path('gone', HOST.pid))).toBe(null);
    expect(await files.stat(path('there', HOST.pid))).not.toBe(null);
    expect(await files.stat(path('gone', 11))).not.toBe(null);
  });

  it('leaves everything where the engine gives no answer', async () => {
    const files = disk(content);
    const before = await files.list(FOLDER);
    await sweepSecretFiles('ended', deps(files, reply({ message: 'busy' }, { status: 500 })));
    expect(await files.list(FOLDER)).toEqual(before);
  });

  it('a folder that is not there or cannot be read stops nothing', async () => {
    let asked = 0;
    const list = (): Promise<never> => {
      asked += 1;
      return Promise.reject(new PodctlError('IO', 'permission denied'));
    };
    await sweepSecretFiles('ended', deps(disk()));
    await sweepSecretFiles('ended', deps({ ...disk(), list }));
    expect(asked).toBe(1);
  });
});

function unexpected(): Promise<never> {
  return Promise.reject(new Error('unexpected process'));
}
