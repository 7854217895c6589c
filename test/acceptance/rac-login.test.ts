import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AccountPrincipal } from '../../src/rac/accounts/principal.js';
import { tryRun } from '../setup/command.mjs';
import { describeEngines } from '../support/engines.js';
import { projectFolder } from '../support/machine.js';
import { type GuardedRegistry, startGuardedRegistry } from '../support/rac-registry.js';
import { only } from '../support/soak.js';

// The engines' own programs against the real registry and the token endpoint: what their users see.

const PASSWORD = 'four words make one';

describeEngines('logging in and pushing', (engine) => {
  const folder = projectFolder(`rac-login-${engine.name}`);
  const plain = engine.name === 'podman' ? ['--tls-verify=false'] : [];
  let rac: GuardedRegistry;
  let ann: AccountPrincipal;

  /** The engine's program with the logins of one person. */
  const as = async (person: string, words: readonly string[], input?: string) => {
    const config = join(folder.path, person);
    mkdirSync(config, { recursive: true });
    const file = join(config, 'config.json');
    const env = { ...engine.env, DOCKER_CONFIG: config, REGISTRY_AUTH_FILE: file };
    try {
      readFileSync(file);
    } catch {
      writeFileSync(file, '{"auths":{}}');
    }
    const done = await tryRun([engine.name, ...words], {
      env,
      timeout: 120_000,
      ...(input === undefined ? {} : { input }),
    });
    return { ...done, text: `${done.stdout}${done.stderr}` };
  };
  const login = (person: string, secret: string) =>
    as(person, ['login', ...plain, '--username', person, '--password-stdin', rac.host], secret);
  const tag = (person: string, name: string) => as(person, ['tag', engine.busybox, `${rac.host}/${name}:1`]);
  const pushTagged = (person: string, name: string) => as(person, ['push', ...plain, `${rac.host}/${name}:1`]);
  const push = async (person: string, name: string) => {
    await tag(person, name);
    return pushTagged(person, name);
  };
  const pull = (person: string, name: string) => as(person, ['pull', ...plain, `${rac.host}/${name}:1`]);

  beforeAll(async () => {
    rac = await startGuardedRegistry(join(folder.path));
    ann = (await rac.accounts.signup({ name: 'ann', password: PASSWORD, address: '127.0.0.1', label: '' })).account;
    await rac.accounts.signup({ name: 'bob', password: PASSWORD, address: '127.0.0.1', label: '' });
  });
  afterAll(async () => {
    const { stdout } = await engine.run(['images', '--format', '{{.Repository}}:{{.Tag}}']);
    const names = stdout.split('\n').filter((line) => line.startsWith(`${rac.host}/`));
    await engine.run(['rmi', '--force', ...names]);
    await rac.stop();
    folder.clear();
  });

  it('nobody pushes what nobody owns, without a login', async () => {
    const { code, text } = await push('nobody', 'free/app');
    expect([code, text]).toEqual([0, expect.any(String)]);
  });

  it('a login is kept without the password; a wrong one says so', async () => {
    expect((await login('ann', 'not the password')).code).not.toBe(0);
    const { code, text } = await login('ann', PASSWORD);
    expect([code, text]).toEqual([0, expect.stringContaining('Login Succeeded')]);
    const kept = readFileSync(join(folder.path, 'ann', 'config.json'), 'utf8');
    // podman keeps what was typed, whatever a registry offers: an access token is what it should be given.
    expect(kept.includes(Buffer.from(`ann:${PASSWORD}`).toString('base64'))).toBe(engine.name === 'podman');
    expect(kept.includes('racr_')).toBe(engine.name === 'docker');
  });

  it('the owner pushes and others are denied, with words that say who owns it and what to do', async () => {
    await rac.claims.claim(ann, 'team/app', { adopt: false });
    expect((await login('ann', PASSWORD)).code).toBe(0);
    expect(await push('ann', 'team/app')).toMatchObject({ code: 0 });
    const nobody = await push('nobody', 'team/app');
    expect(nobody.code).not.toBe(0);
    expect(nobody.text).toContain(
      `denied: team/app is claimed by ann: log in as one who may push there (docker login ${rac.host}), or push to another name`,
    );
    await login('bob', PASSWORD);
    const bob = await push('bob', 'team/app');
    expect(bob.code).not.toBe(0);
    expect(bob.text).toContain(
      'denied: team/app is claimed by ann, and bob may not push there: ask ann, or push to another name',
    );
    rac.claims.share(ann, 'team/app', { account: 'bob', may: 'push' });
    expect(await push('bob', 'team/app')).toMatchObject({ code: 0 });
  });

  it.each(only(engine, 'docker'))('a private name cannot be pulled by others', async () => {
    rac.claims.setVisibility(ann, 'team/app', 'private');
    expect((await pull('nobody', 'team/app')).code).not.toBe(0);
    expect(await pull('ann', 'team/app')).toMatchObject({ code: 0 });
    rac.claims.setVisibility(ann, 'team/app', 'public');
  });

  it.each(only(engine, 'docker'))('an access token stands in the place of a password, for what it is for', async () => {
    await rac.claims.claim(ann, 'team/ci', { adopt: false });
    const { secret } = rac.accounts.createToken(ann, {
      label: `ci`,
      scope: { names: ['team/ci'], actions: ['push'] },
      lives: 600_000,
    });
    const words = ['login', ...plain, '--username', 'ann', '--password-stdin', rac.host];
    expect((await as('ci', words, secret.reveal())).code).toBe(0);
    expect(await push('ci', 'team/ci')).toMatchObject({ code: 0 });
    const other = await push('ci', 'team/app');
    expect(other.code).not.toBe(0);
    expect(other.text).toContain('this token may not push team/app');
    rac.accounts.revoke(ann, 'ci');
    expect((await push('ci', 'team/ci')).code).not.toBe(0);
  });

  it.each(only(engine, 'docker'))('pushes go on while keys rotate', async () => {
    await login('ann', PASSWORD);
    const names = ['ann/rotated-1', 'ann/rotated-2', 'ann/rotated-3'];
    // podman loses names that are given to one image at the same time.
    for (const name of names) await tag('ann', name);
    const pushes = names.map((name) => pushTagged('ann', name));
    for (let n = 0; n < 3; n += 1) await rac.keys.rotate({ authority: false });
    for (const { code, text } of await Promise.all(pushes)) expect([code, text]).toEqual([0, expect.any(String)]);
  });

  it('logging out everywhere ends the login that an engine keeps in place of the password', async () => {
    await login('ann', PASSWORD);
    rac.accounts.logoutEverywhere(ann);
    const { code, text } = await push('ann', 'team/app');
    // podman has the password itself, which a logout does not change.
    expect(code === 0).toBe(engine.name === 'podman');
    expect(text.includes('this login has ended: log in again with docker login')).toBe(engine.name === 'docker');
  });
});
