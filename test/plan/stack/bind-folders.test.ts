import { describe, expect, it } from 'vitest';
import { type BindQuestion, planBindFolders } from '../../../src/plan/stack/bind-folders.js';
import type { ComposeMount, ComposeService } from '../../../src/spec/stack/model.js';
import { DOCKER } from '../../support/samples.js';

function service(name: string, facts: Partial<ComposeService>): ComposeService {
  return {
    name,
    image: null,
    build: null,
    containerName: null,
    ports: [],
    mounts: [],
    dependsOn: [],
    healthcheck: null,
    restart: null,
    profiles: [],
    variables: [],
    envFiles: [],
    labels: {},
    user: null,
    networkMode: null,
    networks: [],
    pullPolicy: null,
    scale: 1,
    stopGrace: null,
    watched: false,
    ...facts,
  };
}

const bind = (source: string, target: string, more: Partial<ComposeMount> = {}): ComposeMount => ({
  type: 'bind',
  source,
  target,
  readOnly: false,
  createsSource: true,
  ...more,
});

const MYSQL = service('mysql', { image: 'mysql:8', mounts: [bind('/app/mysql', '/var/lib/mysql')] });
const APP = service('app', { image: 'app:1', user: '1234', mounts: [bind('/app/up', '/uploads')] });

function question(changes: Partial<BindQuestion> = {}): BindQuestion {
  const ids = { own: 1000, ranges: [{ start: 100_000, count: 65_536 }] };
  return {
    profile: null,
    mode: null,
    engine: DOCKER,
    connection: { program: 'docker', address: null, globals: [] },
    services: [MYSQL, APP],
    folders: { '/app/mysql': null, '/app/up': null },
    imageUsers: { 'mysql:8': '' },
    host: { uid: 0, platform: 'linux' },
    subIds: { users: ids, groups: ids },
    project: 'app-1234',
    ...changes,
  };
}

const steps = (asked: BindQuestion) =>
  planBindFolders(asked).steps.map((step) => {
    if (step.do === 'exec') return step.argv.slice(-4).join(' ');
    return step.do === 'file' ? [step.action, step.path, step.owner ?? null] : [];
  });

const PODMAN = { ...DOCKER, name: 'podman', rootless: true } as const;

describe('folders that bind mounts need', () => {
  it('as root are made with the owner that the image or the compose file says', () => {
    expect(steps(question())).toEqual([
      ['mkdir', '/app/mysql', { uid: 999, gid: 999 }],
      ['mkdir', '/app/up', { uid: 1234, gid: 1234 }],
    ]);
  });

  it('nothing is done to those that are there, and where the files say that none is to be made', () => {
    const there = { kind: 'directory', uid: 0, gid: 0, mode: 0o777 } as const;
    expect(planBindFolders(question({ folders: { '/app/mysql': there, '/app/up': there } }))).toEqual({
      steps: [],
      warnings: [],
    });
    const strict = service('x', { mounts: [bind('/app/up', '/uploads', { createsSource: false })] });
    expect(steps(question({ services: [strict] }))).toEqual([]);
  });

  it('no folder is made in the place of a file', () => {
    const config = service('x', { mounts: [bind('/app/my.cnf', '/etc/mysql/my.cnf'), bind('/app/.data', '/data')] });
    expect(steps(question({ services: [config], folders: { '/app/my.cnf': null, '/app/.data': null } }))).toEqual([
      ['mkdir', '/app/.data', null],
    ]);
  });

  it("somebody else's are given away in a container of the image, where it is there", () => {
    const asked = question({ host: { uid: 1000, platform: 'linux' }, services: [MYSQL] });
    expect(steps(asked)).toEqual([['mkdir', '/app/mysql', null], 'chown mysql:8 999:999 /podctl-data']);
  });

  it('without the image a server that begins as root does it itself; for others the command is told', () => {
    const asked = question({ host: { uid: 1000, platform: 'linux' }, imageUsers: {} });
    expect(steps(asked)).toEqual([
      ['mkdir', '/app/mysql', null],
      ['mkdir', '/app/up', null],
    ]);
    expect(planBindFolders(asked).warnings).toEqual([
      {
        message: 'service app runs as user 1234 and may not write to /app/up',
        hint: 'sudo chown 1234:1234 /app/up',
      },
    ]);
  });

  it('rootless: a container gives the number inside, and the warning counts the one outside', () => {
    const host = { uid: 1000, platform: 'linux' } as const;
    const asked = question({ engine: PODMAN, connection: { program: 'podman', address: null, globals: [] }, host });
    expect(steps({ ...asked, services: [MYSQL] })[1]).toBe('chown mysql:8 999:999 /podctl-data');
    const own = { kind: 'directory', uid: 101_233, gid: 101_233, mode: 0o755 } as const;
    expect(planBindFolders({ ...asked, services: [APP], folders: { '/app/up': own } }).warnings).toEqual([]);
    const foreign = { ...own, uid: 1000, gid: 1000 };
    expect(planBindFolders({ ...asked, services: [APP], folders: { '/app/up': foreign } }).warnings).toEqual([
      {
        message: 'service app runs as user 1234 and may not write to /app/up',
        hint: 'podman unshare chown 1234:1234 /app/up',
      },
    ]);
  });

  it.each([
    ['its owner may', { uid: 1234, gid: 1, mode: 0o700 }, 0],
    ['its group may', { uid: 1, gid: 1234, mode: 0o770 }, 0],
    ['everybody may', { uid: 1, gid: 1, mode: 0o777 }, 0],
    ['its group may only read', { uid: 1, gid: 1234, mode: 0o757 }, 1],
    ['nobody else may', { uid: 1, gid: 1, mode: 0o755 }, 1],
  ])('whether a folder can be written to: %s', (_, facts, warnings) => {
    const folders = { '/app/up': { kind: 'directory', ...facts } as const };
    expect(planBindFolders(question({ services: [APP], folders })).warnings).toHaveLength(warnings);
    const readOnly = service('app', { user: '1234', mounts: [bind('/app/up', '/uploads', { readOnly: true })] });
    expect(planBindFolders(question({ services: [readOnly], folders })).warnings).toEqual([]);
  });

  it('in a virtual machine, and for users whose number only the image knows, nobody is told anything', () => {
    const folders = { '/app/up': { kind: 'directory', uid: 1, gid: 1, mode: 0o755 } as const };
    expect(planBindFolders(question({ services: [APP], folders, engine: { ...DOCKER, vm: true } })).warnings).toEqual(
      [],
    );
    const named = service('app', { user: 'www-data', mounts: APP.mounts });
    expect(planBindFolders(question({ services: [named], folders })).warnings).toEqual([]);
  });
});
