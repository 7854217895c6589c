import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/core/secret.js';
import type { LoginRoom } from '../../src/engine/login/room.js';
import type { FakeEngine, Run } from '../support/fake-engine.js';
import { runCli } from '../support/run-cli.js';

const done: Run = () => ({ exitCode: 0, stdout: '' });
const FILE = { kind: 'file', file: '/home/ann/.docker/config.json', untilReboot: false } as const;

function room(login: Partial<LoginRoom> = {}, runs: readonly Run[] = [done]): FakeEngine {
  return { runs, login: { tryLogin: async () => ({ kind: 'taken' }), keptAt: async () => FILE, ...login } };
}

const withFile = { files: { '/home/ann/token': 'pw-of-ann\n' } };
const LOGIN = ['login', 'ghcr.io', '-u', 'ann', '--password-file', '/home/ann/token'];

describe('podctl login', () => {
  it('tries the password, hands it over by stdin, and says where it stands now', async () => {
    const sources = { password: 'pw-of-ann' };
    const { code, stdout, stderr, engine } = await runCli(LOGIN, { ...withFile, engine: { ...room(), sources } });
    expect([code, stdout]).toEqual([
      0,
      'ann is logged in to ghcr.io\n  docker: kept in /home/ann/.docker/config.json, in plain text (base64 hides nothing)\n',
    ]);
    expect(stderr).toContain('hint: a credential helper');
    const [step] = engine.plans[0]?.steps ?? [];
    expect(step).toMatchObject({ argv: ['docker', 'login', '--username', 'ann', '--password-stdin', 'ghcr.io'] });
    expect(JSON.stringify([step, stdout, stderr])).not.toContain('pw-of-ann');
    expect(step?.do === 'exec' && step.input?.reveal()).toBe('pw-of-ann');
  });

  it('a login that the registry refuses reaches no engine', async () => {
    const { PodctlError } = await import('../../src/core/errors.js');
    const wrong = new PodctlError('UNAVAILABLE', 'wrong', { hint: 'check' });
    const login = { tryLogin: () => Promise.reject(wrong) };
    const { code, stderr, engine } = await runCli(LOGIN, {
      engine: { ...room(login, []), sources: { password: 'x' } },
    });
    expect([code, stderr, engine.plans.length]).toEqual([69, 'error: wrong\nhint: check\n', 0]);
  });

  it('is printed without asking for the password', async () => {
    const { code, stdout } = await runCli(['login', 'ghcr.io', '-u', 'ann', '--dry-run'], { engine: {} });
    expect([code, stdout]).toEqual([0, 'docker login --username ann --password-stdin ghcr.io\n']);
  });

  it('without a user it takes the login that is kept already', async () => {
    const kept = () => Promise.resolve({ name: 'bob', password: new Secret('s3') });
    const { code, stderr, engine } = await runCli(['login', 'ghcr.io', '--json'], { engine: room({ kept }) });
    expect([code, stderr.split('\n')[0]]).toEqual([0, 'note: the login of bob that is kept here already']);
    expect(engine.plans[0]?.steps[0]).toMatchObject({ argv: expect.arrayContaining(['bob']) });
    const none = await runCli(['login', 'ghcr.io'], { engine: room({ kept: async () => null }, []) });
    expect([none.code, none.stderr]).toEqual([
      64,
      'error: no login for `ghcr.io` is kept here yet\nhint: say who: -u USER\n',
    ]);
  });

  it('asks at a terminal, without an echo', async () => {
    const type = (shown: string) => (shown.includes('password of ann at ghcr.io') ? 'typed-pw\r' : undefined);
    const { code, stderr, engine } = await runCli(['login', 'ghcr.io', '-u', 'ann'], {
      tty: true,
      type,
      engine: room(),
    });
    expect(code).toBe(0);
    expect(stderr).not.toContain('typed-pw');
    const [step] = engine.plans[0]?.steps ?? [];
    expect(step?.do === 'exec' && step.input?.reveal()).toBe('typed-pw');
  });

  it.each<[argv: readonly string[], code: number, words: string]>([
    [['login', 'ghcr.io', '-u', 'ann', '--password-stdin', '--password-file', 'x'], 64, 'from several places'],
    [['login', 'team/app', '-u', 'ann'], 65, 'is not a server of images'],
    [['login', 'ann@ghcr.io', '-u', 'ann'], 64, 'without a user in it'],
    [['login', 'ghcr.io', '-u', 'ann', '--password-command', "gh 'auth"], 64, 'a quote is never closed'],
    [['login', 'ghcr.io', '-u', 'ann', '--all-engines', '--engine', 'podman'], 64, 'contradict each other'],
  ])('%s', async (argv, code, words) => {
    const run = await runCli(argv, { engine: room({}, []) });
    expect([run.code, run.stderr]).toEqual([code, expect.stringContaining(words)]);
  });

  it('behind a proxy an engine may try what podctl cannot', async () => {
    const { PodctlError } = await import('../../src/core/errors.js');
    const error = new PodctlError('UNAVAILABLE', 'nobody answers', { hint: 'check' });
    const login = { tryLogin: async () => ({ kind: 'silent', error }) as const };
    const sources = { password: 'x' };
    const alone = await runCli(LOGIN, { engine: { ...room(login, []), sources } });
    expect([alone.code, alone.stderr]).toEqual([69, 'error: nobody answers\nhint: check\n']);
    const proxied = await runCli(LOGIN, {
      host: { env: { HTTPS_PROXY: 'http://p' } },
      engine: { ...room(login), sources },
    });
    expect([proxied.code, proxied.stderr.split('\n')[0]]).toEqual([
      0,
      'note: nobody answers; the engine, which may use the proxy, tries it by itself',
    ]);
  });
});

describe('podctl logout', () => {
  it('lets the engine forget, and leaves one alone that knows nothing', async () => {
    let kept: typeof FILE | null = FILE;
    const forget: Run = () => {
      kept = null;
      return { exitCode: 0, stdout: '' };
    };
    const first = await runCli(['logout', 'ghcr.io'], { engine: room({ keptAt: async () => kept }, [forget]) });
    expect([first.code, first.stdout]).toEqual([0, 'docker: logged out of ghcr.io\n']);
    const again = await runCli(['logout', 'ghcr.io'], { engine: room({ keptAt: async () => kept }, []) });
    expect([again.code, again.stdout]).toEqual([0, 'docker: has no login for ghcr.io\n']);
  });
});
