import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PodctlError } from '../../src/core/errors.js';
import { detectEngine } from '../../src/engine/detect.js';
import { makeObserver } from '../../src/engine/observe.js';
import { realFiles } from '../../src/io/files.js';
import { realHost } from '../../src/io/host.js';
import type { ContainerFacts, ImageFacts } from '../../src/spec/facts.js';
import { type Desk, LABEL, openDesk, uniqueName } from '../engine/real.js';
import { describeEngines } from '../support/engines.js';
import { freePort } from '../support/machine.js';
import { inTurn } from '../support/soak.js';

describeEngines('finding and asking engines', (engine) => {
  const folder = mkdtempSync(join(tmpdir(), 'podctl-find-'));
  const socket = join(folder, 'docker.sock');
  const desks: { socket?: Desk; program?: Desk } = {};

  beforeAll(async () => {
    desks.socket = await openDesk(engine);
    desks.program = await openDesk(engine, 'program');
    if (engine.socket !== null) symlinkSync(engine.socket, socket);
  });
  afterAll(async () => {
    desks.socket?.clear();
    desks.program?.clear();
    rmSync(folder, { recursive: true, force: true });
    await engine.clear(LABEL);
  });

  const detect = (env: Record<string, string>, wanted: string | null = null) =>
    detectEngine({
      wanted,
      remembered: null,
      host: { ...realHost(process), env: { ...process.env, ...engine.env, DOCKER_HOST: '', ...env } },
      files: realFiles(),
    });

  it('--engine finds it, with the version that it has', async () => {
    const { facts, connection } = await detect({}, engine.name);
    expect(facts.name).toBe(engine.name);
    expect(engine.version.startsWith(facts.version)).toBe(true);
    expect(facts).toMatchObject({ rootless: false, vm: false, assumed: false, cgroup: expect.any(Number) as number });
    expect(connection.address).toBe(`unix://${engine.socket}`);
  });

  it('a link at DOCKER_HOST is recognised for what is behind it', async () => {
    const { facts, connection } = await detect({ DOCKER_HOST: `unix://${socket}` });
    expect([facts.name, connection.program, connection.globals]).toEqual([engine.name, engine.name, []]);
    expect(connection.foundBy).toBe('DOCKER_HOST');
  });

  it('through the program alone the facts are the same', async () => {
    const bare = { HOME: folder, XDG_RUNTIME_DIR: folder };
    const way = engine.name === 'docker' ? { ...bare, DOCKER_HOST: `unix://${engine.socket}`, DOCKER_TLS: '' } : bare;
    const found = await detect(way, engine.name);
    const program = desks.program?.found.facts;
    expect({ ...found.facts, apiVersion: null }).toEqual({ ...program, apiVersion: null });
  });

  describe.each(['socket', 'program'] as const)('observing by %s', (way) => {
    const via = way === 'socket' ? 'api' : 'cli';
    const observer = () => {
      const desk = desks[way];
      if (desk === undefined) throw new Error('the desk is not open');
      return makeObserver(desk.found, { host: desk.host });
    };

    it.each(inTurn(engine, via, 1))('an image with everything set', async () => {
      const image = await engine.build({
        name: 'engine-observe',
        containerfile: [
          `FROM ${engine.busybox}`,
          'ENTRYPOINT ["/bin/sh", "-c", "exec $0"]',
          'CMD ["server"]',
          'USER 1000:1000',
          'WORKDIR /srv',
          'EXPOSE 5000/tcp',
          'VOLUME /cache',
          'LABEL about="a test"',
        ].join('\n'),
      });
      const facts = await observer().image(image);
      expect(facts).toMatchObject({
        ref: image,
        entrypoint: ['/bin/sh', '-c', 'exec $0'],
        cmd: ['server'],
        user: '1000:1000',
        workdir: '/srv',
        exposed: ['5000/tcp'],
        volumes: ['/cache'],
        os: 'linux',
        arch: desks.socket?.found.facts.arch,
      } satisfies Partial<Record<keyof ImageFacts, unknown>>);
      expect(facts?.labels).toMatchObject({ about: 'a test' });
      expect(facts?.id).toMatch(/^[0-9a-f]{64}$/);
    });

    it.each(inTurn(engine, via, 2))('an image without entrypoint, and one that is not there', async () => {
      expect(await observer().image(engine.busybox)).toMatchObject({ entrypoint: null, user: '' });
      expect(await observer().image('localhost/podctl-test/never-made:1')).toBeNull();
      expect(await observer().volume(uniqueName())).toBeNull();
      expect(await observer().container(uniqueName())).toBeNull();
    });

    it.each(inTurn(engine, via, 0))('containers by label, running and ended, and a volume', async () => {
      const [running, ended, volume] = [uniqueName(), uniqueName(), uniqueName()];
      const port = await freePort();
      const mark = `${LABEL}=${running}`;
      await engine.run(['volume', 'create', '--label', mark, volume]);
      await engine.run([
        'run',
        '-d',
        '--name',
        running,
        '--label',
        mark,
        '-p',
        `127.0.0.1:${port}:80`,
        engine.busybox,
        'sleep',
        '60',
      ]);
      await engine.run([
        'run',
        '--name',
        ended,
        '--label',
        mark,
        '--network',
        'none',
        engine.busybox,
        'sh',
        '-c',
        'exit 3',
      ]);
      const found = await observer().containers([mark]);
      const byName = Object.fromEntries(found.map((container) => [container.name, container]));
      expect(byName[running]).toMatchObject({
        state: 'running',
        exitCode: null,
        image: engine.busybox,
        ports: [{ address: '127.0.0.1', hostPort: port, containerPort: 80, protocol: 'tcp' }],
      } satisfies Partial<ContainerFacts>);
      expect(byName[ended]).toMatchObject({ state: 'exited', exitCode: 3, oomKilled: false });
      expect(await observer().container(running)).toEqual(byName[running]);
      expect(await observer().volume(volume)).toMatchObject({
        name: volume,
        driver: 'local',
        labels: { [LABEL]: running },
      });
      expect(await observer().containers([`${LABEL}=${uniqueName()}`])).toEqual([]);
    });
  });
});

describe('no engine', () => {
  it('a socket that accepts and never answers is given up, and named', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'podctl-dead-'));
    const path = join(folder, 'dead.sock');
    const server: Server = createServer(() => undefined);
    await new Promise<void>((resolve) => {
      server.listen(path, () => resolve());
    });
    const host = { ...realHost(process), env: { PATH: folder, DOCKER_HOST: `unix://${path}` }, home: folder };
    const begin = Date.now();
    const failure: unknown = await detectEngine({ wanted: null, remembered: null, host, files: realFiles() }).catch(
      (error: unknown) => error,
    );
    server.close();
    rmSync(folder, { recursive: true, force: true });
    expect(failure).toBeInstanceOf(PodctlError);
    expect(failure).toMatchObject({
      code: 'UNAVAILABLE',
      problems: [{ message: `DOCKER_HOST: \`unix://${path}\`: no answer within 2 s` }],
    });
    expect(Date.now() - begin).toBeLessThan(4_000);
  });

  it('programs that are not on PATH are named as well', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'podctl-none-'));
    const host = { ...realHost(process), env: { PATH: folder, XDG_RUNTIME_DIR: folder }, home: folder };
    const failure: unknown = await detectEngine({
      wanted: 'nerdctl',
      remembered: null,
      host,
      files: realFiles(),
    }).catch((error: unknown) => error);
    rmSync(folder, { recursive: true, force: true });
    expect(failure).toMatchObject({ problems: [{ message: 'program nerdctl: `nerdctl` was not found' }] });
  });
});
