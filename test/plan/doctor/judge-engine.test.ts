import { describe, expect, it } from 'vitest';
import { judgeAddresses } from '../../../src/plan/doctor/addresses.js';
import { judgeClock } from '../../../src/plan/doctor/clock.js';
import { judgeServerData } from '../../../src/plan/doctor/data.js';
import { type DnsFacts, judgeDns } from '../../../src/plan/doctor/dns.js';
import { type Attempt, type EngineSurvey, judgeEngines } from '../../../src/plan/doctor/engines.js';
import { judgeHealth } from '../../../src/plan/doctor/health.js';
import { judgeProvider, type ProviderView } from '../../../src/plan/doctor/provider.js';
import { judgeStorage } from '../../../src/plan/doctor/storage.js';
import { DOCKER } from '../../support/samples.js';
import { brief } from './brief.js';

const PODMAN = { ...DOCKER, name: 'podman', version: '5.4.0', apiVersion: null, rootless: true } as const;

function attempt(what: string, changes: Partial<Attempt> = {}): Attempt {
  return { what, engine: 'docker', address: null, facts: null, answer: 'not set', ...changes };
}

const SURVEY: EngineSurvey = {
  platform: 'linux',
  chosen: { facts: DOCKER, foundBy: 'socket /var/run/docker.sock' },
  by: 'order',
  failure: null,
  attempts: [],
  systemd: true,
};
const SILENT: EngineSurvey = {
  ...SURVEY,
  chosen: null,
  failure: { message: 'no container engine answered', tried: ['DOCKER_HOST: no such socket'] },
};
const dead = (what: string, answer: string): Attempt => attempt(what, { answer });

describe('engines', () => {
  it.each<[what: string, survey: Partial<EngineSurvey>, findings: string[]]>([
    [
      'one that answers',
      {},
      ['ok: docker 28.2.2 is used (socket /var/run/docker.sock, API 1.50), the first that answers'],
    ],
    [
      'a choice, rootless',
      { chosen: { facts: PODMAN, foundBy: 'program podman' }, by: 'remembered' },
      ['ok: podman 5.4.0 is used (program podman, rootless), remembered for this project'],
    ],
    [
      'a second engine',
      { attempts: [attempt('socket x', { facts: DOCKER }), attempt('program podman', { facts: PODMAN })] },
      [expect.any(String), 'note: podman 5.4.0 answers too (program podman) -> podctl COMMAND --engine podman'],
    ],
    [
      'an old one',
      { chosen: { facts: { ...DOCKER, version: '19.03.15' }, foundBy: 'x' } },
      [expect.any(String), 'warning: docker 19.03.15 is older than 20.10 -> install docker 20.10 or newer'],
    ],
  ])('%s', (_what, survey, findings) => {
    expect(judgeEngines({ ...SURVEY, ...survey }).map(brief)).toEqual(findings);
  });

  it.each<[what: string, survey: Partial<EngineSurvey>, mend: string]>([
    [
      'systemd',
      { attempts: [dead('socket /var/run/docker.sock', 'nobody listens there')] },
      'sudo systemctl start docker',
    ],
    [
      'no systemd',
      { attempts: [dead('socket /var/run/docker.sock', 'nobody listens there')], systemd: false },
      'sudo dockerd, in a terminal of its own',
    ],
    ['nothing installed', { attempts: [dead('program docker', '`docker` was not found')] }, 'install docker or podman'],
    ['macOS', { platform: 'darwin' }, 'podman machine start, or open -a Docker'],
    ['Windows', { platform: 'win32' }, 'podman machine start, or start Docker Desktop'],
    ['no right', { attempts: [dead('socket x', '`unix://x`: permission denied')] }, 'sudo usermod -aG docker "$USER"'],
    [
      'a variable in the way',
      { attempts: [dead('DOCKER_HOST', 'no such socket'), attempt('socket x', { facts: DOCKER })] },
      'unset DOCKER_HOST',
    ],
    [
      'a remembered choice in the way',
      { by: 'remembered', attempts: [attempt('program podman', { facts: PODMAN })] },
      'podctl COMMAND --engine podman',
    ],
  ])('none answers: %s', (_what, survey, mend) => {
    const [first] = judgeEngines({ ...SILENT, ...survey });
    expect(first).toMatchObject({
      level: 'problem',
      seen: 'no container engine answered: DOCKER_HOST: no such socket',
      why: expect.any(String),
      mend: expect.stringContaining(mend),
    });
  });
});

describe('addresses', () => {
  it.each<[attempts: Attempt[], variables: string[], finding: string]>([
    [
      [attempt('DOCKER_HOST'), attempt('docker context', { answer: 'none but the default one' })],
      [],
      'ok: every address that is set has an engine behind it',
    ],
    [
      [dead('DOCKER_HOST', '`unix:///x`: no such socket')],
      [],
      'problem: DOCKER_HOST leads nowhere: `unix:///x`: no such socket -> unset DOCKER_HOST, or start the engine behind it',
    ],
    [
      [dead('docker context old', 'not found in /c')],
      [],
      'problem: the docker context `old` leads nowhere: not found in /c -> docker context use default',
    ],
    [
      [dead('podman connection vm', 'nobody listens there')],
      [],
      'problem: the podman connection vm leads nowhere: nobody listens there -> podman machine start, or podman system connection default NAME',
    ],
    [
      [dead('socket /run/x.sock', '`unix:///run/x.sock`: nobody listens there')],
      [],
      'warning: nobody listens at the socket /run/x.sock -> start its engine, or remove it: rm /run/x.sock',
    ],
    [
      [attempt('socket /var/run/docker.sock', { facts: PODMAN })],
      [],
      'note: behind socket /var/run/docker.sock is podman, not docker',
    ],
    [
      [],
      ['DOCKER_HOST', 'DOCKER_CONTEXT'],
      'warning: DOCKER_HOST and DOCKER_CONTEXT are both set -> unset DOCKER_HOST',
    ],
  ])('%#', (attempts, variables, finding) => {
    expect(judgeAddresses({ attempts, variables }).map(brief)).toEqual([finding]);
  });
});

describe('clock', () => {
  const facts = {
    engine: { name: 'docker', vm: true },
    foundBy: 'socket x',
    local: false,
    engineTime: 0,
    hostTime: 0,
    uncertain: 100,
    platform: 'darwin',
  } as const;
  it.each<[changes: object, finding: string]>([
    [{ local: true }, 'ok: docker runs on this machine and has its clock'],
    [{ engineTime: null }, 'note: docker does not say what time it has'],
    [{ engineTime: 2_050 }, "ok: docker's clock agrees with this machine's"],
    [{ engineTime: -10_100 }, "warning: docker's clock is 10 s behind this machine's -> restart Docker Desktop"],
    [{ engineTime: 90_100 }, "problem: docker's clock is 90 s ahead of this machine's -> restart Docker Desktop"],
    [
      { engineTime: 90_100, platform: 'win32' },
      "problem: docker's clock is 90 s ahead of this machine's -> wsl --shutdown, then start Docker Desktop again",
    ],
    [
      { engineTime: -90_100, foundBy: 'docker context colima' },
      "problem: docker's clock is 90 s behind this machine's -> colima ssh -- sudo hwclock --hctosys",
    ],
    [
      { engineTime: -90_100, engine: { name: 'podman', vm: true } },
      "problem: podman's clock is 90 s behind this machine's -> podman machine ssh sudo systemctl restart chronyd",
    ],
    [
      { engineTime: -90_100, engine: { name: 'docker', vm: false } },
      "problem: docker's clock is 90 s behind this machine's -> sudo timedatectl set-ntp true, on the machine of the engine",
    ],
  ])('%#', (changes, finding) => {
    expect(judgeClock({ ...facts, ...changes }).map(brief)).toEqual([finding]);
  });
});

describe('dns', () => {
  const inside = (answer: 'found' | 'unknown' | 'silent', servers = ['10.0.0.1']) =>
    ({ asked: true, image: 'app:1', answer, servers }) as const;
  const facts: DnsFacts = {
    engine: DOCKER,
    name: 'ghcr.io',
    host: 'found',
    inside: inside('found'),
    containerNames: null,
  };
  it.each<[changes: Partial<DnsFacts>, finding: string]>([
    [{}, 'ok: in a container of app:1 `ghcr.io` has an address'],
    [
      { inside: inside('silent') },
      'problem: in a container of app:1 no name server answers (name server 10.0.0.1); this machine itself gets an answer -> write "dns"',
    ],
    [
      { inside: inside('unknown') },
      'problem: in a container of app:1 `ghcr.io` is not known (name server 10.0.0.1); this machine itself gets an answer -> write "dns"',
    ],
    [
      { host: 'unknown', inside: inside('silent', []) },
      'problem: in a container of app:1 no name server answers (no name server); this machine itself gets an answer -> write "dns"',
    ],
    [
      { inside: inside('silent', ['8.8.8.8']) },
      'problem: in a container of app:1 no name server answers (name server 8.8.8.8); this machine itself gets an answer -> write "dns": ["ADDRESS OF A NAME SERVER"] in /etc/docker/daemon.json and restart docker (it fell back to public servers)',
    ],
    [
      { inside: inside('silent'), engine: PODMAN },
      'problem: in a container of app:1 no name server answers (name server 10.0.0.1); this machine itself gets an answer -> correct dns_servers in the [containers] part of ~/.config/containers/containers.conf',
    ],
    [
      { inside: inside('silent'), engine: { ...DOCKER, vm: true } },
      'problem: in a container of app:1 no name server answers (name server 10.0.0.1); this machine itself gets an answer -> restart the virtual machine',
    ],
    [
      { host: 'silent', inside: inside('silent') },
      'note: neither this machine nor containers can find `ghcr.io` (name server 10.0.0.1)',
    ],
    [
      { host: 'unknown', inside: inside('unknown') },
      'note: neither this machine nor containers can find `ghcr.io` (name server 10.0.0.1)',
    ],
    [
      { inside: { asked: false, why: 'app:1 has no shell', broken: false } },
      'note: names inside containers were not tried: app:1 has no shell',
    ],
    [
      { inside: { asked: false, why: 'a container of app:1 did not start: x', broken: true } },
      'problem: a container of app:1 did not start: x -> docker run --rm --pull never IMAGE true',
    ],
  ])('%#', (changes, finding) => {
    const [first, ...more] = judgeDns({ ...facts, ...changes });
    expect(first === undefined ? '' : brief(first)).toContain(finding);
    expect(more).toEqual([]);
  });

  it('names of other containers need aardvark-dns', () => {
    expect(judgeDns({ ...facts, containerNames: false }).map(brief)[1]).toBe(
      'warning: aardvark-dns is not installed -> sudo apt-get install aardvark-dns (Fedora: sudo dnf install aardvark-dns)',
    );
    expect(judgeDns({ ...facts, containerNames: true })).toHaveLength(1);
  });
});

it.each<[engine: 'docker' | 'podman', systemd: boolean, checked: string[], finding: string]>([
  ['docker', false, ['server'], 'ok: docker runs health checks itself'],
  ['podman', true, ['server'], 'ok: systemd runs the health checks of podman'],
  [
    'podman',
    false,
    [],
    'note: podman has its health checks run by systemd, which does not run here -> podman healthcheck run NAME',
  ],
  [
    'podman',
    false,
    ['server'],
    'warning: podman has its health checks run by systemd, which does not run here: `server` -> podman healthcheck run NAME',
  ],
])('health checks of %s, systemd %s, checked %j', (name, systemd, checked, finding) => {
  expect(judgeHealth({ engine: { name, vm: false }, systemd, checked }).map(brief)).toEqual([finding]);
});

describe('storage', () => {
  const facts = { engine: DOCKER, driver: 'overlay2', backing: 'extfs', dType: true };
  it.each<[changes: object, findings: string[]]>([
    [{}, ['ok: docker stores images with overlay2 on extfs']],
    [{ driver: 'vfs', engine: PODMAN }, ['warning: podman stores images with vfs -> write driver = "overlay"']],
    [{ driver: 'vfs' }, ['warning: docker stores images with vfs -> write "storage-driver"']],
    [{ backing: 'nfs' }, ['problem: docker keeps overlay layers on nfs -> write "data-root"']],
    [
      { backing: 'nfs4', engine: PODMAN, driver: 'overlay' },
      ['problem: podman keeps overlay layers on nfs4 -> write rootless_storage_path'],
    ],
    [
      { backing: 'overlayfs' },
      ["warning: docker keeps overlay layers on an overlay -> mount a volume on the folder of docker's files"],
    ],
    [
      { backing: 'xfs', dType: false },
      ["problem: the file system of docker's images (xfs) was made without d_type -> move the folder"],
    ],
    [
      { engine: { ...DOCKER, usernsRemap: true } },
      ['ok: docker stores images with overlay2 on extfs', 'note: docker runs with userns-remap -> podctl audit'],
    ],
  ])('%#', (changes, findings) => {
    const found = judgeStorage({ ...facts, ...changes }).map(brief);
    expect(found).toHaveLength(findings.length);
    expect(
      findings.every((finding, index) => found[index]?.startsWith(finding)),
      found.join('\n'),
    ).toBe(true);
  });
});

describe('provider', () => {
  const view: ProviderView = {
    stack: true,
    provider: 'compose-v2 2.26.1 (docker compose)',
    tried: [],
    refused: [],
    engine: 'docker',
  };
  it.each<[changes: Partial<ProviderView>, finding: string]>([
    [{}, 'ok: compose-v2 2.26.1 (docker compose) runs the compose files'],
    [{ stack: false }, 'ok: compose-v2 2.26.1 (docker compose) would run compose files'],
    [
      { provider: null, tried: ['docker compose: x'] },
      'problem: no program that runs compose files answers: docker compose: x -> sudo apt-get install docker-compose-plugin',
    ],
    [
      { provider: null, engine: 'podman' },
      'problem: no program that runs compose files answers -> sudo apt-get install docker-compose, which podctl runs on the socket of podman',
    ],
    [{ provider: null, stack: false }, 'note: no program that runs compose files answers -> sudo apt-get install'],
    [
      { refused: [{ message: 'compose-v1 cannot take x', hint: 'compose-v2 can' }] },
      'problem: compose-v1 cannot take x -> compose-v2 can',
    ],
  ])('%#', (changes, finding) => {
    const found = judgeProvider({ ...view, ...changes }).map(brief);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(finding);
  });
});

describe('data of servers', () => {
  const series = (family: 'postgres' | 'mariadb' | 'mysql', number: string) => ({
    family,
    series: number,
    at: 'PG_VERSION',
  });
  it.each<[data: string, image: string, family: 'postgres' | 'mariadb', finding: string | null]>([
    ['15', '15', 'postgres', null],
    [
      '15',
      '16',
      'postgres',
      'problem: the data of `db` were written by PostgreSQL 15 (`PG_VERSION` in /d), and its image is PostgreSQL 16 -> image: postgres:15 in the compose file',
    ],
    [
      '10.6',
      '10.11',
      'mariadb',
      'warning: the data of `db` were written by MariaDB 10.6 (`PG_VERSION` in /d), and its image is MariaDB 10.11 -> podctl db backup',
    ],
    [
      '11.4',
      '10.11',
      'mariadb',
      'problem: the data of `db` were written by MariaDB 11.4 (`PG_VERSION` in /d), and its image is MariaDB 10.11 -> image: mariadb:11.4 in the compose file',
    ],
  ])('%s under %s of %s', (data, image, family, finding) => {
    const [first] = judgeServerData({
      service: 'db',
      source: '/d',
      data: series(family, data),
      image: series(family, image),
    });
    expect(first === undefined ? '' : brief(first)).toContain(finding ?? '');
    expect(first === undefined).toBe(finding === null);
  });

  it('another family is another server', () => {
    const [first] = judgeServerData({
      service: 'db',
      source: '/d',
      data: series('mariadb', ''),
      image: series('mysql', '8.0'),
    });
    expect(first).toMatchObject({
      level: 'problem',
      seen: expect.stringContaining('were written by MariaDB (') as string,
    });
  });
});
