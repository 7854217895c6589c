import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runCli } from '../support/run-cli.js';
import type { MemoryOptions } from '../support/world.js';

const FOLDER = '/home/ann/sky';
const PROJECT = new URL('../support/stager/project/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, PROJECT), 'utf8');

/** A checkout of Stager with this .env; null: without one. */
function checkout(env: string | null, process: Readonly<Record<string, string>> = {}): MemoryOptions {
  const files = Object.fromEntries(
    ['docker-compose.yaml', 'sample.env'].map((name) => [`${FOLDER}/${name}`, read(name)] as const),
  );
  const host = { env: { PATH: '/usr/bin', ...process }, uid: globalThis.process.getuid?.() ?? 0 };
  return { files: { ...files, ...(env === null ? {} : { [`${FOLDER}/.env`]: env }) }, host };
}

/** Lines of a .env that starts, some of them changed. */
function filled(changes: Readonly<Record<string, string>> = {}): string {
  const values: Readonly<Record<string, string>> = {
    MYSQL_DATABASE: 'stager',
    MYSQL_USER: 'ann',
    MYSQL_PASSWORD: 'c4nary-word',
    MYSQL_ROOT_PASSWORD: 'c4nary-root',
    MYSQL_VOLUME: './mysql',
    MINIO_ACCESS_KEY: 'access',
    MINIO_SECRET_KEY: 'c4nary-key',
    MINIO_VOLUME: './minio',
    ...changes,
  };
  const lines = Object.entries(values).map(([name, value]) => `${name}=${value}\n`);
  return lines.join('');
}

// No engine is announced to the fake: whoever asks one fails.
const up = (env: string | null, ...more: readonly string[]) =>
  runCli(['up', '--detach', '--profile', 'stager', ...more], checkout(env));

const URL_RULE = 'it goes into an address as it is: no @ / : # may be in it';
const PATH_RULE = 'it must be the path of a folder, beginning with ./ or /';

describe('nothing starts, and no engine is asked', () => {
  it('without a .env: every variable, where the compose file uses it', async () => {
    const ran = await up(null, 'mysql');
    expect([ran.code, ran.stdout]).toEqual([65, '']);
    expect(ran.stderr).toBe(`error: the environment of this stack is not complete: 6 problems
  docker-compose.yaml:7:7: \`MYSQL_DATABASE\` is not set anywhere: ${URL_RULE}
    hint: write MYSQL_DATABASE=stager into .env
  docker-compose.yaml:8:7: \`MYSQL_USER\` is not set anywhere: the image refuses root, and ${URL_RULE}
    hint: write MYSQL_USER=stager into .env
  docker-compose.yaml:9:7: \`MYSQL_PASSWORD\` is not set anywhere: ${URL_RULE}
    hint: write MYSQL_PASSWORD=… into .env
  docker-compose.yaml:10:7: \`MYSQL_ROOT_PASSWORD\` is not set anywhere: password of the database's root, without which the image makes no database
    hint: write MYSQL_ROOT_PASSWORD=… into .env
  docker-compose.yaml:14:9: \`MYSQL_VOLUME\` is not set anywhere: ${PATH_RULE}
    hint: write MYSQL_VOLUME=./mysql into .env
  docker-compose.yaml:28:9: \`MINIO_VOLUME\` is not set anywhere: the volume would be \`:/data\`
    hint: podctl env init makes .env from sample.env
`);
  });

  it('with the sample as it came: its blanks, each at its line', async () => {
    const ran = await up(read('sample.env'));
    expect(ran.code).toBe(65);
    const lines = ran.stderr.split('\n').filter((line) => line.startsWith('  .env'));
    expect(lines.map((line) => line.slice(2, line.indexOf(' is empty')))).toEqual([
      '.env:2: `MYSQL_DATABASE`',
      '.env:3: `MYSQL_USER`',
      '.env:4: `MYSQL_PASSWORD`',
      '.env:5: `MYSQL_ROOT_PASSWORD`',
      '.env:9: `MINIO_ACCESS_KEY`',
      '.env:10: `MINIO_SECRET_KEY`',
    ]);
  });

  it.each([
    [
      'root as the user',
      { MYSQL_USER: 'root' },
      `.env:2: \`MYSQL_USER\` is \`root\`: the image refuses root, and ${URL_RULE}`,
    ],
    [
      'a password that ends the address',
      { MYSQL_PASSWORD: 'c4@nary' },
      `.env:3: the value of \`MYSQL_PASSWORD\` is wrong: ${URL_RULE}`,
    ],
    ['a folder that is a volume', { MYSQL_VOLUME: 'mysql' }, `.env:5: \`MYSQL_VOLUME\` is \`mysql\`: ${PATH_RULE}`],
    [
      'an access key of two signs',
      { MINIO_ACCESS_KEY: 'ab' },
      '.env:6: `MINIO_ACCESS_KEY` is `ab`: MinIO wants at least 3 signs',
    ],
    [
      'a secret key of seven signs',
      { MINIO_SECRET_KEY: 'c4nary7' },
      '.env:7: the value of `MINIO_SECRET_KEY` is wrong: MinIO wants at least 8 signs',
    ],
    [
      'no port',
      { MYSQL_HOST_PORT: 'localhost' },
      '.env:9: `MYSQL_HOST_PORT` is `localhost`: it must be a port, or an address and a port',
    ],
    ['a quote that never closes', { MYSQL_DATABASE: '"stager' }, '.env:1:16: the quote that begins here is not closed'],
  ])('%s', async (_, changes, expected) => {
    const ran = await up(filled(changes));
    expect([ran.code, ran.stdout]).toEqual([65, '']);
    expect(ran.stderr).toContain(`error: ${expected}\n`);
    expect(ran.stderr).not.toMatch(/c4.?nary/);
  });
});

describe('podctl env check', () => {
  const check = (env: string | null, ...more: readonly string[]) => runCli(['env', 'check', ...more], checkout(env));

  it('says that all is there, with the profile and without', async () => {
    const ran = await check(filled(), '--profile', 'stager');
    expect([ran.code, ran.stdout]).toEqual([0, 'the environment of profile stager is complete\n']);
    const bare = await check(filled());
    expect([bare.code, bare.stdout]).toEqual([0, 'the environment of this stack is complete\n']);
  });

  it('without any profile the compose files tell what breaks, and the sample what is blank', async () => {
    const ran = await check(null, '--json');
    expect(ran.code).toBe(65);
    const { profile, complete, problems } = JSON.parse(ran.stdout) as Record<string, unknown>;
    expect([profile, complete]).toEqual([null, false]);
    expect(problems).toContainEqual({
      message: '`MYSQL_VOLUME` is not set anywhere: the volume would be `:/var/lib/mysql`',
      hint: 'podctl env init makes .env from sample.env',
      at: 'docker-compose.yaml:14:9',
    });
    expect(problems).toHaveLength(8);
  });
});

describe('podctl env init', () => {
  it('fills what it may, by rule; what the sample has for show is gone; the rest is asked', async () => {
    const ran = await runCli(['env', 'init', '--profile', 'stager'], checkout(null));
    expect(ran.code, ran.stderr).toBe(0);
    const text = String(ran.memory.volume.readFileSync(`${FOLDER}/.env`, 'utf8'));
    expect(text).toMatch(/^MINIO_ACCESS_KEY=[A-Za-z0-9]{20}$/m);
    expect(text).toMatch(/^MINIO_SECRET_KEY=[A-Za-z0-9]{40}$/m);
    expect(text).toMatch(/^ST_SECRET_KEY=[0-9a-f]{64}$/m);
    expect(text).toMatch(/^ENABLE_OIDC=$/m);
    expect(ran.stderr).toContain('still blank: MYSQL_DATABASE, MYSQL_USER;');
    const good = text.replace('MYSQL_DATABASE=', 'MYSQL_DATABASE=stager').replace('MYSQL_USER=', 'MYSQL_USER=ann');
    const checked = await runCli(['env', 'check', '--profile', 'stager'], checkout(good));
    expect(checked.code, checked.stderr).toBe(0);
  });
});
