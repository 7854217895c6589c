import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { runCli } from '../support/run-cli.js';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const page = read('docs/env.md');
const FOLDER = '/home/ann/sky';

/** The block of a kind that holds a word. */
function block(kind: string, word: string): string {
  const blocks = [...page.matchAll(/```(\w+)\n(.*?)```/gs)];
  const found = blocks.find(([, name, text = '']) => name === kind && text.includes(word));
  return found?.[2] ?? `docs/env.md has no ${kind} block with ${word}`;
}

/** A block with a prompt as what was typed and what was printed. */
function session(word: string): { readonly line: string; readonly printed: string } {
  const [line = '', ...rest] = block('text', word).split('\n');
  return { line, printed: rest.join('\n') };
}

it('docs/env.md shows what a broken .env really gives', async () => {
  const { line, printed } = session('podctl serve');
  const files = { [`${FOLDER}/.env`]: block('sh', 'copied from the wiki') };
  const { code, stderr } = await runCli(line.split(' ').slice(2), { files });
  expect({ code, stderr }).toEqual({ code: 65, stderr: printed });
});

it('docs/env.md shows what env check and env show really print', async () => {
  const text = [
    'PROMETHEUS_URL=https://prometheus.example.org/api/v1',
    'GITLAB_URL=https://gitlab.example.org/api/v4/projects/2',
    'GITLAB_API_TOKEN="glpat-1234"',
    "GITLAB_WEBHOOK_TOKEN='pa$$word'",
    'DB_FILE=/var/lib/gantry/db',
    'SENTRY_DSN=https://key@sentry.example.org/1',
  ].join('\n');
  const files = { [`${FOLDER}/.env`]: text, [`${FOLDER}/profiles/gantry.toml`]: read('profiles/gantry.toml') };
  const check = session('podctl env check --profile gantry');
  expect(await runCli(check.line.split(' ').slice(2), { files })).toMatchObject({ code: 0, stdout: check.printed });
  const show = session('podctl env show --profile');
  const argv = show.line.split(' ').slice(3);
  const shown = await runCli(argv, { files, host: { env: { LOG_LEVEL: 'INFO' } } });
  // Lines of the profile move, and columns with them; what is asked here is where each value comes from.
  const rows = (words: string): readonly string[] =>
    words.split('\n').map((row) => row.replace(/gantry\.toml:\d+/, 'gantry.toml').replaceAll(/ +/g, ' '));
  expect(rows(shown.stdout)).toEqual(expect.arrayContaining([...rows(show.printed)]));
});
