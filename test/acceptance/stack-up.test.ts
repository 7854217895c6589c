import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeEngines, type TestEngine } from '../support/engines.js';
import { freePort, projectFolder, untilAnswers } from '../support/machine.js';
import { type Finished, podctl } from '../support/podctl.js';
import { only } from '../support/soak.js';

describeEngines('up with compose v2', (engine: TestEngine) => {
  const project = `podctl-test-up-${randomBytes(4).toString('hex')}`;
  const folder = projectFolder('stack-up');
  const env = { ...engine.env, ...engine.compose.v2?.env, COMPOSE_PROJECT_NAME: project };
  const run = (line: string): Promise<Finished> =>
    podctl(`${line} --engine ${engine.name} --provider compose-v2`.split(' '), {
      cwd: folder.path,
      env,
    });
  const held: Server[] = [];

  async function hold(): Promise<number> {
    const port = await freePort();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    held.push(server);
    return port;
  }

  beforeAll(async () => {
    const [byVariable, fixed] = [await hold(), await hold()];
    const server = { command: ['httpd', '-f', '-p', '8080', '-h', '/bin'], init: true, stop_grace_period: '0s' };
    const services = {
      web: { ...server, build: '.', ports: ['127.0.0.1:0:8080'], depends_on: { db: { condition: 'service_healthy' } } },
      db: { ...server, image: engine.busybox, healthcheck: { test: ['CMD', 'true'], interval: '1s' } },
      moving: {
        ...server,
        image: engine.busybox,
        profiles: ['ports'],
        ports: [`\${PORT:-127.0.0.1:${byVariable}}:8080`],
      },
      fixed: { ...server, image: engine.busybox, profiles: ['ports'], ports: [`127.0.0.1:${fixed}:8080`] },
      broken: {
        ...server,
        image: engine.busybox,
        profiles: ['broken'],
        command: ['sh', '-c', 'echo no such thing; exit 3'],
      },
    };
    writeFileSync(join(folder.path, 'compose.yaml'), JSON.stringify({ services }));
    writeFileSync(join(folder.path, 'Dockerfile'), `FROM ${engine.busybox}\nRUN echo built > /made\n`);
  });
  afterAll(async () => {
    for (const server of held) server.close();
    await engine.clear(`com.docker.compose.project=${project}`);
    await engine.run(['rmi', '--force', `${project}-web`, `docker.io/library/${project}-web`]);
    folder.clear();
  });

  it('builds without a builder’s container, and waits until all is up', async () => {
    const { code, stdout, stderr } = await run('up --detach --build --json');
    expect(stderr).not.toContain('error');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ project, outcome: 'up' });
    const made = await engine.run(['exec', `${project}-web-1`, 'cat', '/made']);
    expect(made.stdout.trim()).toBe('built');
    const containers = await engine.run(['ps', '--all', '--format', '{{.Image}} {{.Names}}']);
    expect(containers.stdout).not.toMatch(/buildkit|buildx/);
  });

  it.each(only(engine, 'docker'))(
    'sees by itself that nothing has changed, and asks the provider when something has',
    async () => {
      const first = await run('up --detach');
      const still = await run('up --detach');
      expect(still).toMatchObject({ code: 0, stdout: first.stdout, stderr: '' });
      await engine.run(['stop', '--time', '0', `${project}-web-1`]);
      const stopped = await run('up --detach');
      expect(stopped.code).toBe(0);
      expect(stopped.stderr).toContain(`${project}-web-1`);
      expect(await run('up --detach')).toMatchObject({ code: 0, stderr: '' });
      // Podman's API gives names without a registry docker's.
      const name = engine.name === 'podman' ? `docker.io/library/${project}-web` : `${project}-web`;
      expect((await engine.run(['tag', engine.busybox, name])).code).toBe(0);
      const moved = await run('up --detach');
      expect(moved.stderr).toContain('Recreate');
      expect((await run('up --detach')).stderr).toBe('');
    },
  );

  it.each(only(engine, 'docker'))('tells who holds a port, and moves it on request, once and for all', async () => {
    const taken = await run('up --detach moving fixed');
    expect(taken.code).toBe(73);
    expect(taken.stderr).toMatch(
      new RegExp(`moving: 127\\.0\\.0\\.1:\\d+ is taken by \`.+\` \\(process ${process.pid}\\)`),
    );
    expect(taken.stderr).toContain('`--ports auto` publishes it on a free one');
    const { code, stdout, stderr } = await run('up --detach moving fixed --ports auto --json');
    expect(stderr).toMatch(/note: fixed: port \d+ of 127\.0\.0\.1 is published as \d+/);
    expect(code).toBe(0);
    const ports = JSON.parse(stdout).services.map(portOf);
    for (const port of ports) await untilAnswers(`http://127.0.0.1:${port}/busybox`);
    const again = JSON.parse((await run('up --detach moving fixed --json')).stdout);
    expect(again.services.map(portOf)).toEqual(ports);
    const listed = await podctl(['ps', '--engine', engine.name], { cwd: folder.path, env });
    for (const port of ports) expect(listed.stdout).toContain(`127.0.0.1:${port}:8080`);
  });

  it.each(only(engine, 'docker'))('one that fails is told with its last words', async () => {
    const { code, stderr } = await run('up --detach broken');
    expect(code).toBe(76);
    expect(stderr).toContain(`error: broken did not get up\n  broken (${project}-broken-1) ended with code 3\n`);
    expect(stderr).toContain('no such thing');
  });
});

type Shown = { readonly containers: readonly { readonly ports: readonly { readonly hostPort: number }[] }[] };

function portOf({ containers }: Shown): number | undefined {
  return containers[0]?.ports[0]?.hostPort;
}
