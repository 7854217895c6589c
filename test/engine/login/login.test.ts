import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/core/secret.js';
import { keptAt } from '../../../src/engine/login/kept-at.js';
import { type Trial, tryLogin } from '../../../src/engine/login/try-login.js';
import type { HttpAnswer } from '../../../src/io/net-registry.js';
import { HOST } from '../../support/samples.js';
import { memoryWorld } from '../../support/world.js';

type Reply = Partial<HttpAnswer> | Error;

const BASIC = `Basic ${Buffer.from('ann:pw').toString('base64')}`;
const TOKEN = { 'www-authenticate': 'Bearer realm="https://auth.example/token",service="s"' };
const TRIAL: Trial = {
  registry: 'r.example',
  repository: null,
  plainHttp: false,
  login: { name: 'ann', password: new Secret('pw') },
};

/** A strict server: what is not in the table may not be asked. */
function server(table: Readonly<Record<string, Reply>>) {
  return async (url: string, headers: Readonly<Record<string, string>>): Promise<HttpAnswer> => {
    const key = [url, headers['authorization']].filter((word) => word !== undefined).join(' ');
    const answer = table[key];
    if (answer === undefined) throw new Error(`unexpected question ${key}`);
    if (answer instanceof Error) throw answer;
    return { status: 200, headers: {}, text: '', ...answer };
  };
}

const failed = (code: string): Error =>
  new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code }) });
const ASKED = { 'https://r.example/v2/': { status: 401, headers: { 'www-authenticate': 'Basic realm="r"' } } };
const TOKENED = { 'https://r.example/v2/': { status: 401, headers: TOKEN } };

describe('trying a login', () => {
  it.each<[name: string, table: Readonly<Record<string, Reply>>, kind: string]>([
    ['by password', { ...ASKED, [`https://r.example/v2/ ${BASIC}`]: {} }, 'taken'],
    [
      'by token',
      {
        ...TOKENED,
        [`https://auth.example/token?service=s&account=ann ${BASIC}`]: { text: '{"token":"t"}' },
        'https://r.example/v2/ Bearer t': {},
      },
      'taken',
    ],
    ['where none is asked for', { 'https://r.example/v2/': {} }, 'open'],
    ['a name that nobody knows', { 'https://r.example/v2/': failed('ENOTFOUND') }, 'silent'],
    ['nobody there', { 'https://r.example/v2/': failed('ECONNREFUSED') }, 'silent'],
    ['a strange certificate', { 'https://r.example/v2/': failed('DEPTH_ZERO_SELF_SIGNED_CERT') }, 'silent'],
  ])('%s', async (_name, table, kind) => {
    expect((await tryLogin(TRIAL, server(table))).kind).toBe(kind);
  });

  it.each<[name: string, table: Readonly<Record<string, Reply>>, message: string, code: string]>([
    [
      'a wrong password',
      { ...ASKED, [`https://r.example/v2/ ${BASIC}`]: { status: 401 } },
      '`r.example` does not know `ann` with this password',
      'UNAVAILABLE',
    ],
    [
      'a wrong password at a token server',
      { ...TOKENED, [`https://auth.example/token?service=s&account=ann ${BASIC}`]: { status: 401 } },
      '`r.example` does not know `ann` with this password',
      'UNAVAILABLE',
    ],
    [
      'a user without the right to log in',
      { ...ASKED, [`https://r.example/v2/ ${BASIC}`]: { status: 403 } },
      '`r.example` knows `ann`, but does not let this user in',
      'UNAVAILABLE',
    ],
    [
      'plain HTTP',
      { 'https://r.example/v2/': failed('ERR_SSL_WRONG_VERSION_NUMBER') },
      '`r.example` speaks plain HTTP, and passwords go over TLS',
      'UNAVAILABLE',
    ],
    [
      'no registry',
      { 'https://r.example/v2/': { status: 404 } },
      '`r.example` answers 404, as no registry of images does',
      'UNAVAILABLE',
    ],
    [
      'a token server without TLS, which gets no password',
      { 'https://r.example/v2/': { status: 401, headers: { 'www-authenticate': 'Bearer realm="http://evil/t"' } } },
      '`r.example` wants the password sent to a server without TLS',
      'REFUSED',
    ],
  ])('%s', async (_name, table, message, code) => {
    await expect(tryLogin(TRIAL, server(table))).rejects.toMatchObject({ message, code });
  });

  it('asks whether a repository may be read, where one is named', async () => {
    const table = (status: number) => ({
      ...TOKENED,
      [`https://auth.example/token?service=s&account=ann&scope=repository%3Ateam%2Fapp%3Apull ${BASIC}`]: {
        text: '{"access_token":"t"}',
      },
      'https://r.example/v2/ Bearer t': {},
      'https://r.example/v2/team/app/tags/list Bearer t': { status },
    });
    const trial = { ...TRIAL, repository: 'team/app' };
    expect((await tryLogin(trial, server(table(404)))).kind).toBe('taken');
    await expect(tryLogin(trial, server(table(403)))).rejects.toMatchObject({
      message: 'the login is right, but `ann` may not read `r.example/team/app`',
    });
  });

  it('asks over plain HTTP only where that is said', async () => {
    const table = {
      'http://r.example/v2/': { status: 401, headers: { 'www-authenticate': 'Basic' } },
      [`http://r.example/v2/ ${BASIC}`]: {},
    };
    expect((await tryLogin({ ...TRIAL, plainHttp: true }, server(table))).kind).toBe('taken');
  });
});

describe('where a login is kept', () => {
  const auth = Buffer.from('ann:pw').toString('base64');
  const docker = `${HOST.home}/.docker/config.json`;
  const podman = `${HOST.home}/.config/containers/auth.json`;

  it.each<[engine: 'docker' | 'podman', file: string, config: object, kept: object | null]>([
    ['docker', docker, { auths: { 'ghcr.io': { auth } } }, { kind: 'file', file: docker, untilReboot: false }],
    [
      'docker',
      docker,
      { auths: { 'ghcr.io': {} }, credsStore: 'pass' },
      { kind: 'helper', helper: 'docker-credential-pass', file: docker },
    ],
    ['docker', docker, { credsStore: 'pass' }, null],
    ['docker', docker, { auths: { 'other.example': { auth } } }, null],
    ['podman', docker, { auths: { 'ghcr.io': { auth } } }, null],
    ['podman', podman, { auths: { 'ghcr.io': { auth } } }, { kind: 'file', file: podman, untilReboot: false }],
    [
      'podman',
      podman,
      { credHelpers: { 'ghcr.io': 'x' } },
      { kind: 'helper', helper: 'docker-credential-x', file: podman },
    ],
    [
      'podman',
      '/run/user/1000/containers/auth.json',
      { auths: { 'ghcr.io': { auth } } },
      { kind: 'file', file: '/run/user/1000/containers/auth.json', untilReboot: true },
    ],
  ])('%s, %s %j', async (engine, file, config, kept) => {
    const { world } = memoryWorld({ files: { [file]: JSON.stringify(config) } });
    expect(await keptAt('ghcr.io', engine, world)).toEqual(kept);
  });

  it("docker's own registry goes by its older name", async () => {
    const config = { auths: { 'https://index.docker.io/v1/': { auth } } };
    const { world } = memoryWorld({ files: { [docker]: JSON.stringify(config) } });
    expect(await keptAt('docker.io', 'docker', world)).toMatchObject({ kind: 'file' });
  });
});
