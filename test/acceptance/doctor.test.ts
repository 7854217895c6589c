import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeDocker, describeEngines, describeRootless, type TestEngine } from '../support/engines.js';
import { type Folder, projectFolder, until } from '../support/machine.js';
import { type Finished, podctl, startPodctl } from '../support/podctl.js';
import { only } from '../support/soak.js';

type Finding = {
  readonly level: string;
  readonly seen: string;
  readonly why: string | null;
  readonly mend: string | null;
};
type Told = {
  readonly podctl: number;
  readonly ok: boolean;
  readonly engine: { readonly name: string; readonly version: string } | null;
  readonly checks: readonly { readonly check: string; readonly findings: readonly Finding[] }[];
};

function told({ stdout, stderr }: Finished): Told {
  expect(stdout, stderr).not.toBe('');
  return JSON.parse(stdout) as Told;
}

/** What hurts now, by check. */
function problems({ checks }: Told): Record<string, Finding[]> {
  const rows = checks.map(
    ({ check, findings }) => [check, findings.filter(({ level }) => level === 'problem')] as const,
  );
  return Object.fromEntries(rows.filter(([, findings]) => findings.length > 0));
}

function findingsOf({ checks }: Told, name: string): readonly Finding[] {
  return checks.find(({ check }) => check === name)?.findings ?? [];
}

/** A project that wants a port and mounts a folder of scripts. */
function makeProject(folder: string, image: string, port: number | null): void {
  mkdirSync(join(folder, 'scripts'), { recursive: true });
  writeFileSync(join(folder, 'scripts', 'start.sh'), '#!/bin/sh\nexit 0\n');
  const [name = '', tag = ''] = image.split(/:(?=[^/:]*$)/);
  writeFileSync(
    join(folder, 'podctl.toml'),
    `name = "doctored"
images.app.name = "${name}"
images.app.tag = "${tag}"
commands.serve.args = ["sleep", "60"]

[container.mounts.scripts]
type = "bind"
source = "scripts"
target = "/scripts"

[container.ports.http]
container = 80
${port === null ? '' : `host = ${port}\n`}`,
  );
}

async function listen(): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  return { server, port: typeof address === 'object' && address !== null ? address.port : 0 };
}

/** A login helper that never answers, and the settings that name it. */
function addSilentHelper(folder: string): Record<string, string> {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'docker-credential-silent'), '#!/bin/sh\nexec sleep 30\n');
  chmodSync(join(bin, 'docker-credential-silent'), 0o755);
  mkdirSync(join(folder, 'docker'));
  writeFileSync(join(folder, 'docker', 'config.json'), '{"credsStore":"silent"}');
  return { DOCKER_CONFIG: join(folder, 'docker'), PATH: `${bin}:${process.env['PATH'] ?? ''}` };
}

/** Containers that a run of doctor with this process id started. */
async function containersOf(engine: TestEngine, pid: number): Promise<string> {
  const { stdout } = await engine.run(['ps', '--all', '--quiet', '--filter', `name=podctl-doctor-${pid}-`]);
  return stdout.trim();
}

describeEngines('podctl doctor', (engine) => {
  const folders: Folder[] = [];
  const taken: { server?: Server; port: number } = { port: 0 };
  const folder = (): string => {
    const made = projectFolder('doctor');
    folders.push(made);
    return made.path;
  };
  const doctor = (cwd: string, args: readonly string[] = [], env: Record<string, string> = {}) =>
    podctl(['doctor', '--engine', engine.name, '--json', ...args], { cwd, env: { ...engine.env, ...env } });

  beforeAll(async () => {
    Object.assign(taken, await listen());
  });
  afterAll(() => {
    taken.server?.close();
    for (const { clear } of folders) clear();
  });

  it('on a healthy machine nothing needs mending, and nothing is left behind', async () => {
    const cwd = folder();
    makeProject(cwd, engine.busybox, null);
    const running = await startPodctl(['doctor', '--engine', engine.name, '--json'], { cwd, env: engine.env });
    const finished = await running.finished;
    const said = told(finished);
    expect(problems(said)).toEqual({});
    expect(finished.code).toBe(0);
    expect(said).toMatchObject({ podctl: 1, ok: true, engine: { name: engine.name } });
    expect(engine.version.startsWith(said.engine?.version ?? '?')).toBe(true);
    // A real container was asked: what it says of its name servers comes from inside.
    expect(findingsOf(said, 'dns')[0]?.seen).toMatch(/name server \d|has an address/);
    expect(findingsOf(said, 'disk')[0]?.seen).toContain('are free at');
    expect(findingsOf(said, 'storage')[0]?.seen).toContain(`${engine.name} stores images with overlay`);
    expect(await containersOf(engine, running.pid)).toBe('');
  });

  it.each(only(engine, 'docker'))('faults of a project are each found, with what mends them', async () => {
    const cwd = folder();
    makeProject(cwd, engine.busybox, taken.port);
    writeFileSync(join(cwd, 'scripts', 'start.sh'), '#!/bin/sh\r\nexit 0\r\n');
    writeFileSync(
      join(cwd, 'compose.yaml'),
      'services:\n  db:\n    image: localhost/podctl-test/mariadb:10.11\n    volumes: ["./data:/var/lib/mysql"]\n',
    );
    mkdirSync(join(cwd, 'data'));
    writeFileSync(join(cwd, 'data', 'mysql_upgrade_info'), '11.4.2-MariaDB');
    const finished = await doctor(cwd, ['ports', 'scripts', 'logins', 'data'], addSilentHelper(cwd));
    const found = problems(told(finished));
    expect(finished.code).toBe(78);
    expect(found).toMatchObject({
      ports: [
        {
          seen: expect.stringContaining(`127.0.0.1:${taken.port}, which \`serve\` wants, is held by`) as string,
          mend: expect.stringContaining(`kill ${process.pid}`) as string,
        },
      ],
      data: [
        {
          seen: expect.stringContaining('written by MariaDB 11.4 (`mysql_upgrade_info`') as string,
          mend: expect.stringContaining('image: mariadb:11.4') as string,
        },
      ],
      scripts: [
        {
          seen: expect.stringContaining(join(cwd, 'scripts', 'start.sh')) as string,
          mend: expect.stringContaining('sed -i') as string,
        },
      ],
      logins: [
        {
          seen: 'docker-credential-silent does not answer within 1 s',
          mend: expect.stringContaining(join(cwd, 'docker', 'config.json')) as string,
        },
      ],
    });
    // The mend is one: pasted, it mends.
    execFileSync('sh', ['-c', (found['scripts']?.[0]?.mend ?? '').split(';')[0] ?? '']);
    const again = await doctor(cwd, ['scripts']);
    expect([again.code, problems(told(again))]).toEqual([0, {}]);
  });

  it.each(only(engine, 'podman'))('a full disk below the project', async () => {
    const cwd = folder();
    const small = join(cwd, 'small');
    mkdirSync(small);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'podctl-doctor', small]);
    try {
      const finished = await doctor(small, ['disk'], { XDG_STATE_HOME: join(cwd, '.state') });
      expect(finished.code).toBe(78);
      expect(problems(told(finished))).toMatchObject({
        disk: [{ seen: expect.stringContaining(`are free at ${small} (the project)`) as string }],
      });
    } finally {
      execFileSync('umount', [small]);
    }
  });

  it('killed while its container runs, it leaves none behind', async () => {
    const cwd = folder();
    makeProject(cwd, engine.busybox, null);
    const running = await startPodctl(['doctor', 'dns', '--engine', engine.name], { cwd, env: engine.env });
    await until(async () => running.stdout() !== '' || (await containersOf(engine, running.pid)) !== '', 30_000);
    await running.end('SIGKILL');
    await until(async () => (await containersOf(engine, running.pid)) === '', 40_000);
    expect(await containersOf(engine, running.pid)).toBe('');
  });

  if (engine.name === 'podman') deadNames(engine, doctor, folder);
});

type Doctor = (cwd: string, args: readonly string[], env: Record<string, string>) => Promise<Finished>;

/** Only podman takes other name servers from a file that one process alone reads. */
function deadNames(engine: TestEngine, doctor: Doctor, folder: () => string): void {
  it('name servers that containers cannot reach', async () => {
    const cwd = folder();
    makeProject(cwd, engine.busybox, null);
    const conf = join(cwd, 'containers.conf');
    const own = readFileSync(engine.env['CONTAINERS_CONF'] ?? '', 'utf8');
    writeFileSync(conf, own.replace('[containers]', '[containers]\ndns_servers = ["127.0.0.1"]'));
    const finished = await doctor(cwd, ['dns'], { CONTAINERS_CONF: conf });
    expect(problems(told(finished))).toMatchObject({
      dns: [
        {
          seen: expect.stringContaining('no name server answers (name server 127.0.0.1)') as string,
          mend: expect.stringContaining('dns_servers') as string,
        },
      ],
    });
    expect(finished.code).toBe(78);
  });
}

describeDocker('podctl doctor without its engine', (engine) => {
  it('an address that leads nowhere is told, with what answers instead', async () => {
    const folder = projectFolder('doctor');
    const dead = `unix://${join(folder.path, 'dead.sock')}`;
    const env = { ...engine.env, DOCKER_HOST: dead };
    const finished = await podctl(['doctor', 'engine', 'addresses', '--json'], { cwd: folder.path, env });
    folder.clear();
    expect(finished.code).toBe(78);
    expect(problems(told(finished))).toMatchObject({
      engine: [{ seen: expect.stringContaining('DOCKER_HOST') as string, mend: 'unset DOCKER_HOST' }],
      addresses: [{ seen: expect.stringContaining(`DOCKER_HOST leads nowhere: \`${dead}\``) as string }],
    });
  });
});

describeRootless('podctl doctor', (engine) => {
  describe('of a user', () => {
    it('sees a set-up that works, and names what it lacks', async () => {
      const folder = engine.folder('doctor');
      const asked = ['doctor', '--engine', 'podman', '--json'];
      const well = await engine.podctl(asked, { cwd: folder.path });
      const lacking = await engine.podctl([...asked, 'rootless'], { cwd: folder.path, env: { XDG_RUNTIME_DIR: '' } });
      const foreign = await engine.podctl([...asked, 'rootless'], {
        cwd: folder.path,
        env: { XDG_RUNTIME_DIR: '/run' },
      });
      folder.clear();
      const said = told(well);
      expect(problems(said)).toEqual({});
      expect(well.code).toBe(0);
      expect(findingsOf(said, 'engine')[0]?.seen).toContain('rootless');
      expect(findingsOf(told(lacking), 'rootless')).toContainEqual(
        expect.objectContaining({ level: 'warning', seen: 'XDG_RUNTIME_DIR is not set' }),
      );
      expect(problems(told(foreign))['rootless']?.[0]?.seen).toMatch(/^XDG_RUNTIME_DIR=\/run does not belong to /);
      expect(foreign.code).toBe(78);
    });
  });
});
