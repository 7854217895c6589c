import { describe, expect, it } from 'vitest';
import { identify } from '../../src/cli/project.js';
import { PodctlError } from '../../src/core/errors.js';
import { formatProject } from '../../src/core/project.js';
import type { EngineDetails } from '../../src/engine/doctor/engine-details.js';
import type { InsideQuestion } from '../../src/engine/doctor/inside.js';
import type { DoctorRoom } from '../../src/engine/doctor/room.js';
import type { ProviderFacts } from '../../src/spec/stack/provider.js';
import { container, type FakeEngine } from '../support/fake-engine.js';
import { type CliRun, runCli } from '../support/run-cli.js';
import { DOCKER } from '../support/samples.js';
import { type MemoryOptions, memoryWorld } from '../support/world.js';

const GB = 1e9;
const DETAILS: EngineDetails = {
  root: '/var/lib/docker',
  driver: 'overlay2',
  backing: 'extfs',
  dType: true,
  proxies: { http: '', https: '', no: '' },
  time: Date.parse('2026-01-02T03:04:05Z'),
  network: '',
};

const asked: InsideQuestion[] = [];
const HEALTHY: Partial<DoctorRoom> = {
  survey: () => Promise.resolve([]),
  details: () => Promise.resolve(DETAILS),
  usage: () => Promise.resolve({ images: GB, containers: 0, volumes: 0, buildCache: 0 }),
  images: () => Promise.resolve([{ name: 'busybox:1', size: 2e6 }]),
  inside: (question) => {
    asked.push(question);
    const look = { asked: true, image: 'busybox:1', answer: 'found', servers: ['10.0.0.1'] } as const;
    return Promise.resolve({ look, time: 1_767_323_045, disk: { free: 50 * GB, total: 100 * GB } });
  },
  nameHere: () => Promise.resolve('found'),
  logins: () => Promise.resolve({ files: [], helpers: [] }),
  freeSpace: () => ({ free: 50 * GB, total: 100 * GB, inodes: null }),
};

const PROFILE = `name = "web"
images.web.name = "ghcr.io/team/web"
images.web.tag = "1"
commands.server.args = ["serve"]

[container.mounts.scripts]
type = "bind"
source = "scripts"
target = "/scripts"

[container.ports.http]
container = 8080
host = 8080
`;

const PROJECT: MemoryOptions = {
  shipped: [],
  files: { '/home/ann/sky/podctl.toml': PROFILE, '/home/ann/sky/scripts/start.sh': '#!/bin/sh\nexit 0\n' },
};
const PROVIDER: ProviderFacts = {
  name: 'compose-v2',
  kind: 'compose-v2',
  version: '2.26.1',
  words: ['docker', 'compose'],
  env: {},
  foundBy: 'a test',
};
const ENGINE: FakeEngine = { images: { 'ghcr.io/team/web:1': {} }, provider: PROVIDER, doctor: HEALTHY };

const STACK: MemoryOptions = {
  shipped: [],
  files: {
    '/home/ann/sky/compose.yaml': `services:
  db:
    image: mariadb:10.11
    volumes: ["./data:/var/lib/mysql", "./init:/init:z"]
    ports: ["127.0.0.1:3306:3306"]
    healthcheck: { test: ["CMD", "true"] }
  tool:
    image: tool
    profiles: [tools]
    ports: ["9:9"]
`,
    '/home/ann/sky/data/mysql_upgrade_info': '10.6.12-MariaDB',
    '/home/ann/sky/init/go.sh': '#!/bin/sh\n',
  },
};
const STACK_ENGINE: FakeEngine = { ...ENGINE, images: { 'mariadb:10.11': null } };

function levels(run: CliRun): Record<string, string[]> {
  const document = JSON.parse(run.stdout) as { checks: { check: string; findings: { level: string }[] }[] };
  return Object.fromEntries(document.checks.map(({ check, findings }) => [check, findings.map(({ level }) => level)]));
}

describe('podctl doctor', () => {
  it('a healthy machine without a project: every check says what it saw, and 0', async () => {
    const run = await runCli(['doctor'], { shipped: [], engine: { provider: PROVIDER, doctor: HEALTHY } });
    expect(run.code, run.stdout).toBe(0);
    expect(
      run.stdout.split('\n').map((line) =>
        line
          .split(/\s{2,}/)
          .slice(0, 2)
          .join(' '),
      ),
    ).toEqual([
      'engine ok',
      'addresses ok',
      'provider ok',
      'project ok',
      'disk ok',
      'disk ok',
      'storage ok',
      'ports ok',
      'data ok',
      'scripts ok',
      'dns ok',
      'clock ok',
      'rootless ok',
      'health ok',
      'selinux ok',
      'inotify ok',
      'proxy ok',
      'logins ok',
      'state ok',
      '',
    ]);
    expect(run.stderr).toBe('note: nothing needs mending\n');
    expect(run.engine.entered.has('execute')).toBe(false);
    expect(run.memory.volume.existsSync('/home/ann/.local/state')).toBe(false);
  });

  it('--json is one document with engine, what was tried and all checks', async () => {
    asked.length = 0;
    const run = await runCli(['doctor', '--json', '--engine', 'docker'], { ...PROJECT, engine: ENGINE });
    expect(run.code, run.stdout).toBe(0);
    const document = JSON.parse(run.stdout) as { checks: { check: string }[] };
    expect(document).toMatchObject({
      podctl: 1,
      ok: true,
      engine: { name: 'docker', version: '28.2.2', api: '1.50', foundBy: 'a test', by: '--engine' },
      tried: [],
    });
    expect(document.checks[0]).toEqual({
      check: 'engine',
      findings: [{ level: 'ok', seen: expect.stringContaining('docker 28.2.2') as string, why: null, mend: null }],
    });
    const { world } = memoryWorld(PROJECT);
    expect(asked).toMatchObject([
      {
        name: 'ghcr.io',
        images: ['ghcr.io/team/web:1'],
        project: formatProject(await identify(world.host.cwd, world.files)),
      },
    ]);
  });

  it.each<[what: string, check: string, options: MemoryOptions, engine: FakeEngine, level: string]>([
    ['a taken port', 'ports', PROJECT, { ...ENGINE, containers: [], taken: { 8080: 'nginx' } }, 'problem'],
    [
      'a port of a container of another project',
      'ports',
      PROJECT,
      {
        ...ENGINE,
        taken: { 8080: 'docker-proxy' },
        containers: [
          container({
            name: 'x',
            ports: [{ address: '127.0.0.1', hostPort: 8080, containerPort: 1, protocol: 'tcp' }],
          }),
        ],
      },
      'problem',
    ],
    [
      'a script with Windows line endings',
      'scripts',
      { ...PROJECT, files: { ...PROJECT.files, '/home/ann/sky/scripts/start.sh': '#!/bin/sh\r\nexit 0\r\n' } },
      ENGINE,
      'problem',
    ],
    [
      'a full disk',
      'disk',
      PROJECT,
      { ...ENGINE, doctor: { ...HEALTHY, freeSpace: () => ({ free: 1, total: 100 * GB, inodes: null }) } },
      'problem',
    ],
    [
      'DNS',
      'dns',
      PROJECT,
      {
        ...ENGINE,
        doctor: {
          ...HEALTHY,
          inside: () =>
            Promise.resolve({
              look: { asked: true, image: 'x', answer: 'silent', servers: [] },
              time: null,
              disk: null,
            }),
        },
      },
      'problem',
    ],
    [
      'the clock of a virtual machine',
      'clock',
      PROJECT,
      {
        ...ENGINE,
        facts: { vm: true },
        doctor: { ...HEALTHY, details: () => Promise.resolve({ ...DETAILS, time: 0 }) },
      },
      'problem',
    ],
    [
      'few inotify watches',
      'inotify',
      {
        ...PROJECT,
        files: {
          ...PROJECT.files,
          '/proc/sys/fs/inotify/max_user_watches': '8192\n',
          '/proc/sys/fs/inotify/max_user_instances': '128\n',
        },
      },
      ENGINE,
      'warning',
    ],
    [
      'SELinux without labels',
      'selinux',
      { ...PROJECT, files: { ...PROJECT.files, '/sys/fs/selinux/enforce': '1' } },
      ENGINE,
      'note',
    ],
    ['a proxy past localhost', 'proxy', { ...PROJECT, host: { env: { HTTP_PROXY: 'http://p:1' } } }, ENGINE, 'warning'],
    [
      'a profile with a mistake',
      'project',
      { ...PROJECT, files: { '/home/ann/sky/podctl.toml': 'nmae = "x"\n' } },
      ENGINE,
      'problem',
    ],
    ['data of an older server in a stack', 'data', STACK, STACK_ENGINE, 'warning'],
    [
      'data of a newer server in a stack',
      'data',
      { ...STACK, files: { ...STACK.files, '/home/ann/sky/data/mysql_upgrade_info': '11.4.2-MariaDB' } },
      STACK_ENGINE,
      'problem',
    ],
    [
      'a taken port of a stack',
      'ports',
      STACK,
      { ...STACK_ENGINE, containers: [], taken: { 3306: 'mysqld' } },
      'problem',
    ],
    [
      'a mount of a stack without a label',
      'selinux',
      { ...STACK, files: { ...STACK.files, '/sys/fs/selinux/enforce': '1' } },
      { ...STACK_ENGINE, facts: { selinux: true } },
      'warning',
    ],
    ['health checks of a stack on podman', 'health', STACK, { ...STACK_ENGINE, facts: { name: 'podman' } }, 'warning'],
    [
      'a compose file with a mistake',
      'project',
      { ...STACK, files: { '/home/ann/sky/compose.yaml': 'services: [' } },
      STACK_ENGINE,
      'problem',
    ],
    [
      'no provider for a stack',
      'provider',
      STACK,
      {
        ...STACK_ENGINE,
        provider: () => {
          throw new PodctlError('UNAVAILABLE', 'none answers', { hint: 'install one' });
        },
      },
      'problem',
    ],
    [
      'a file that the provider cannot take',
      'provider',
      { ...STACK, files: { '/home/ann/sky/compose.yaml': 'name: x\nservices: {}\n' } },
      {
        ...STACK_ENGINE,
        provider: { ...PROVIDER, name: 'compose-v1', kind: 'compose-v1', version: '1.29.2', words: ['docker-compose'] },
      },
      'problem',
    ],
    ['rootless without ids', 'rootless', PROJECT, { ...ENGINE, facts: { rootless: true } }, 'problem'],
    ['podman without systemd', 'health', PROJECT, { ...ENGINE, facts: { name: 'podman' } }, 'note'],
    [
      "another user's state folder",
      'state',
      { ...PROJECT, files: { ...PROJECT.files, '/home/ann/.local/state/podctl/x': '' } },
      ENGINE,
      'problem',
    ],
    [
      'a variable that is missing',
      'project',
      {
        ...PROJECT,
        files: { ...PROJECT.files, '/home/ann/sky/podctl.toml': `${PROFILE}[env.TOKEN]\nrequired = true\n` },
      },
      ENGINE,
      'warning',
    ],
  ])('finds %s', async (_what, check, options, engine, level) => {
    const run = await runCli(['doctor', check, '--json'], { ...options, engine });
    expect(levels(run)[check], run.stdout).toContain(level);
    expect(Object.keys(levels(run))).toEqual([check]);
    expect(run.code).toBe(level === 'problem' ? 78 : 0);
  });

  it('a stack without any podctl.toml is looked at by its files', async () => {
    const run = await runCli(['doctor'], { ...STACK, engine: { ...STACK_ENGINE, facts: { name: 'docker' } } });
    expect(run.code, run.stdout).toBe(0);
    expect(run.stdout).toContain('docker 28.2.2 is used');
    expect(run.stdout).toMatch(/^provider +ok +compose-v2 2.26.1 \(docker compose\) runs the compose files$/m);
    expect(run.stdout).toMatch(/^project +ok +\/home\/ann\/sky\/compose.yaml can be read$/m);
    expect(run.stdout).toMatch(/^ports +ok +what the project wants is free: 127.0.0.1:3306$/m);
    expect(run.stdout).toMatch(/^scripts +ok +none among 2 mounted files$/m);
    expect(run.stdout).toContain('the data of `db` were written by MariaDB 10.6');
  });

  it('what is kept for undo is counted', async () => {
    const things = [{ kind: 'folder', path: '/p', at: '/q', how: 'aside', bytes: 3e9, owner: null }];
    const kept = JSON.stringify({
      podctl: 1,
      id: '20260101T000000Z',
      by: 'reset',
      made: '2026-01-01',
      engine: null,
      things,
    });
    const files = { '/home/ann/.local/state/podctl/projects/sky-1/undo/20260101T000000Z.json': kept };
    const run = await runCli(['doctor', 'state'], { shipped: [], files, host: { uid: 0 }, engine: ENGINE });
    expect(run.stdout).toContain('3 GB are kept for podctl undo (1 time)');
  });

  it('without an engine it still looks at the machine, and says how to start one', async () => {
    const survey: DoctorRoom['survey'] = () =>
      Promise.resolve([
        {
          what: 'socket /var/run/docker.sock',
          engine: 'docker',
          address: null,
          facts: null,
          answer: 'nobody listens there',
        },
      ]);
    const run = await runCli(['doctor'], { ...PROJECT, engine: { facts: null, doctor: { ...HEALTHY, survey } } });
    expect(run.code).toBe(78);
    expect(run.stdout).toContain('engine     problem  no container engine answered');
    expect(run.stdout).toContain('mend: sudo dockerd, in a terminal of its own');
    expect(run.stdout).toMatch(/^ports +ok +what the project wants is free: 127.0.0.1:8080$/m);
    expect(run.stderr).toBe('note: 1 problem, 1 warning\n');
  });

  it('an engine that answers elsewhere is named', async () => {
    const survey: DoctorRoom['survey'] = () =>
      Promise.resolve([
        {
          what: 'DOCKER_HOST',
          engine: 'docker',
          address: 'unix:///x',
          facts: null,
          answer: '`unix:///x`: no such socket',
        },
        { what: 'socket /y', engine: 'docker', address: 'unix:///y', facts: DOCKER, answer: 'answers' },
      ]);
    const run = await runCli(['doctor', 'engine', 'addresses'], {
      shipped: [],
      engine: { facts: null, doctor: { ...HEALTHY, survey } },
    });
    expect(run.code).toBe(78);
    expect(run.stdout).toContain('mend: unset DOCKER_HOST\n');
    expect(run.stdout).toContain('addresses  problem  DOCKER_HOST leads nowhere');
  });

  it('a check that fails or does not end is told, and the others come through', async () => {
    const doctor: Partial<DoctorRoom> = {
      ...HEALTHY,
      within: (milliseconds, work) => (milliseconds > 10_000 ? Promise.resolve(null) : work()),
    };
    const run = await runCli(['doctor', 'dns', 'inotify'], { shipped: [], engine: { doctor } });
    expect(run.code).toBe(0);
    expect(run.stdout).toContain('dns      warning  this did not end within 11 s');
    expect(run.stdout).toContain('inotify  ok');
  });

  it('an unknown check is refused with the nearest one', async () => {
    const run = await runCli(['doctor', 'port'], { shipped: [], engine: {} });
    expect(run).toMatchObject({ code: 64, stdout: '' });
    expect(run.stderr).toContain('did you mean ports?');
  });
});

describe('what only a provider resolves', () => {
  const files = {
    '/home/ann/sky/compose.yaml':
      'include: [more.yaml]\nservices:\n  web: {extends: {file: base.yaml, service: base}}\n',
  };
  const config = JSON.stringify({
    services: {
      web: { image: 'web:1', ports: [{ target: 80, published: '8080', host_ip: '127.0.0.1', protocol: 'tcp' }] },
      more: { image: 'more:1', volumes: [{ type: 'bind', source: '/srv/more', target: '/more' }] },
    },
  });
  const images = { 'web:1': null, 'more:1': null };

  it('`include` and `extends`, is looked at as the provider prints it', async () => {
    const engine = { ...ENGINE, images, containers: [], stackConfig: config, taken: { 8080: 'httpd' } };
    const run = await runCli(['doctor', '--json'], { shipped: [], files, engine });
    expect(run.code, run.stdout + run.stderr).toBe(78);
    const { checks } = JSON.parse(run.stdout);
    const ports = checks.find(({ check }: { readonly check: string }) => check === 'ports');
    expect(ports.findings).toMatchObject([{ level: 'problem', seen: expect.stringContaining('8080') }]);
  });

  it('is told not to be looked at where none answers', async () => {
    const provider = (): never => {
      throw new PodctlError('UNAVAILABLE', 'nothing that runs compose files answered', { hint: 'install one' });
    };
    const run = await runCli(['doctor'], { shipped: [], files, engine: { ...ENGINE, provider } });
    expect(run.stdout).toContain(
      'what `include` and `extends` bring in was not looked at: nothing that runs compose files',
    );
  });
});
