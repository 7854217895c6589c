import { expect, it } from 'vitest';
import { runCli } from '../support/run-cli.js';
import type { MemoryOptions } from '../support/world.js';

const HOME = '/home/ann/sky';
const PROFILE = `
name = "web"
[env.URL]
rule = "url"
[env.LEVEL]
default = "INFO"
[env.TOKEN]
secret = true
[env.HERE]
container = false
[env.VAULT]
source = { file = "vault.txt" }
[container]
env_files = [".env"]
[images.web]
[commands.serve]
`;

const around = (env: string, more: MemoryOptions['files'] = {}): MemoryOptions => ({
  shipped: [],
  files: { [`${HOME}/podctl.toml`]: PROFILE, [`${HOME}/.env`]: env, ...more },
});

/** Rows of a table, one list of cells each. */
function cells(table: string): readonly (readonly string[])[] {
  return table
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {3,}/));
}

it('is a table; values stand in it only where the contract says that they are no secrets', async () => {
  const ran = await runCli(
    ['env', 'diff'],
    around('URL="https://x.org"\nTOKEN=c4nary # mine\nOTHER=c4nary${HOME2}\nHERE=1\n'),
  );
  expect(ran.code, ran.stderr).toBe(0);
  const dollars = 'variables not filled in, 14 characters against 6';
  const quotes = 'quotes kept, 15 characters against 13';
  const comment = 'comment kept, 13 characters against 6';
  expect(cells(ran.stdout)).toEqual([
    ['NAME', 'PODCTL', 'DOCKER RUN', 'PODMAN RUN', 'COMPOSE'],
    ['OTHER', '[redacted]', dollars, dollars, 'same'],
    ['URL', 'https://x.org', quotes, quotes, 'same'],
    ['LEVEL', 'INFO', 'not set', 'not set', 'not set'],
    ['TOKEN', '[redacted]', comment, comment, 'same'],
    ['HERE', '-', 'set, 1 character', 'set, 1 character', 'set, 1 character'],
  ]);
  expect(`${ran.stdout}${ran.stderr}`).not.toContain('c4nary');
});

it('says which program would not start, and what the other one makes of it', async () => {
  const ran = await runCli(['env', 'diff'], around('export TOKEN=c4nary\n'));
  expect(cells(ran.stdout).slice(1)).toEqual([
    ['LEVEL', 'INFO', 'refused', 'not set', 'not set'],
    ['TOKEN', '[redacted]', 'refused', 'not set', 'same'],
    ['export TOKEN', '-', 'refused', 'set, 6 characters', '-'],
  ]);
  expect(ran.stderr).toContain('docker run would not start: .env:1: there is a blank in the variable name\n');
});

it('what the process environment sets counts for podctl, not for the others', async () => {
  const ran = await runCli(['env', 'diff'], { ...around('TOKEN=abc\n'), host: { env: { TOKEN: 'c4nary' } } });
  expect(cells(ran.stdout).at(-1)).toEqual([
    'TOKEN',
    '[redacted]',
    '3 characters against 6',
    '3 characters against 6',
    '3 characters against 6',
  ]);
});

it('--json has the same, and other files stand in with --env-file', async () => {
  const ran = await runCli(
    ['env', 'diff', '--json', '--env-file', 'other.env'],
    around('', { [`${HOME}/other.env`]: "TOKEN='c4nary'\nURL=https://x.org\n" }),
  );
  expect(ran.code, ran.stderr).toBe(0);
  expect(ran.stdout).not.toContain('c4nary');
  const kept = { value: '[redacted]', same: false, how: ['quotes kept', '8 characters against 6'] };
  expect(JSON.parse(ran.stdout)).toMatchObject({
    podctl: 1,
    files: ['other.env'],
    variables: [
      { name: 'URL', podctl: 'https://x.org', docker: { value: 'https://x.org', same: true, how: [] } },
      { name: 'LEVEL', podctl: 'INFO' },
      { name: 'TOKEN', podctl: '[redacted]', docker: kept, podman: kept, compose: { same: true } },
    ],
    refusals: [],
  });
});
