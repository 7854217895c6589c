import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realWorld } from '../../src/cli/real-world.js';
import { readEnvFiles } from '../../src/cli/run/variables.js';
import { PodctlError } from '../../src/core/errors.js';
import { parseDotenv } from '../../src/profile/dotenv.js';
import type { DotenvEntry, Variables } from '../../src/profile/resolved.js';
import { formatDotenvValue } from '../../src/profile/write-dotenv.js';
import { composeUp } from '../setup/compose.mjs';
import { AROUND, DOTENV_ROWS, REFUSED_BY_BOTH, REFUSED_BY_PODCTL } from '../support/dotenv-rows.js';
import { type Folder, projectFolder } from '../support/machine.js';

type Values = Readonly<Record<string, string>>;

const AROUND_US: Variables = Object.fromEntries(Object.entries(AROUND).map(([name, value]) => [name, { value }]));

// The set-up has fetched compose already; where there is none, asking for it says so and fails the test.
describe.skipIf(process.env['PODCTL_SKIP_ENGINES'] === '1')("podctl reads env files by compose's rules", () => {
  let folder: Folder;
  beforeAll(() => {
    folder = projectFolder('dotenv');
  });
  afterAll(() => folder.clear());
  const compose = (files: readonly (readonly string[])[]) => runCompose(composeUp(), folder.path, files);

  it('the table is long enough to mean something', () => {
    expect(DOTENV_ROWS.length).toBeGreaterThan(120);
  });

  it('a real `docker compose config` makes of every row what podctl makes of it', () => {
    const { environments } = compose(DOTENV_ROWS.map(([text]) => [text]));
    const expected = DOTENV_ROWS.map(([text, values]) => {
      return { text, values: set(Object.entries(values).map(([name, value]) => ({ name, value }))) };
    });
    expect(DOTENV_ROWS.map(([text], index) => ({ text, values: environments[index] }))).toEqual(expected);
    expect(DOTENV_ROWS.map(([text]) => ({ text, values: own(text) }))).toEqual(expected);
  });

  it('what podctl writes into an env file, compose reads as it was meant', () => {
    const part = fc.constantFrom(
      '\\',
      "'",
      '"',
      '$',
      '{',
      '}',
      'A',
      ' ',
      '#',
      '\n',
      '\r',
      '\t',
      'n',
      '0',
      '=',
      '`',
      'é',
      '&',
    );
    const value = fc.array(part, { maxLength: 10 }).map((parts) => parts.join(''));
    const values = fc.sample(value, { numRuns: 200, seed: 7 });
    const { environments, stderr } = compose(values.map((one) => [`V=${formatDotenvValue(one)}\nEND=1\n`]));
    expect(environments, stderr).toEqual(values.map((one) => ({ V: one, END: '1' })));
  });

  it('of several files the later one wins, and may use what the earlier ones set', async () => {
    const pairs = [
      ['A=1\nB=2\n', 'B=3\nC=${A}${B}\n'],
      ['A=1\n', 'A=\n'],
      ['A=$B\n', 'B=1\n'],
      ['HOST=file\nA=$HOST\n', 'B=$HOST\nHOST=later\n'],
      ['HOST=file\n', 'HOST\n'],
      ['EMPTY=file\n', 'A=${EMPTY:-d}\n'],
    ];
    const { environments } = compose(pairs);
    const world = realWorld(process);
    const read = async (index: number): Promise<Values> => {
      const files = [0, 1].map((at) => ({ path: join(folder.path, `compose/r${index}/${at}.env`), required: true }));
      return set((await readEnvFiles(files, AROUND_US, world)).entries);
    };
    expect(await Promise.all(pairs.map((_, index) => read(index)))).toEqual(environments);
  });

  it.each(REFUSED_BY_BOTH)('both refuse %j', (text) => {
    expect(compose([[text]]).environments).toEqual([]);
    expect(() => own(text)).toThrow(PodctlError);
  });

  it.each(REFUSED_BY_PODCTL)('podctl refuses %j, of which compose makes what nobody means', (text) => {
    expect(compose([[text]]).environments).toHaveLength(1);
    expect(() => own(text)).toThrow(PodctlError);
  });
});

/** One service per entry, with an env file per text; resolves with the environments in order, none where compose refuses. */
function runCompose(path: string, folder: string, files: readonly (readonly string[])[]) {
  const home = join(folder, 'compose');
  rmSync(home, { recursive: true, force: true });
  const services = files.map((texts, index) => {
    const names = texts.map((text, at) => {
      const name = `r${index}/${at}.env`;
      mkdirSync(dirname(join(home, name)), { recursive: true });
      writeFileSync(join(home, name), text);
      return name;
    });
    return [`r${index}`, { image: 'none', env_file: names }] as const;
  });
  writeFileSync(join(home, 'compose.yaml'), JSON.stringify({ name: 'rows', services: Object.fromEntries(services) }));
  const { status, stdout, stderr } = spawnSync(path, ['config', '--format', 'json'], {
    cwd: home,
    env: { PATH: process.env['PATH'] ?? '', HOME: home, ...AROUND },
    encoding: 'utf8',
  });
  if (status !== 0) return { environments: [], stderr };
  const config: { services: Record<string, { environment?: Values }> } = JSON.parse(stdout);
  return { environments: files.map((_, index) => plain(config.services[`r${index}`]?.environment ?? {})), stderr };
}

// What compose prints can be read by compose again: it writes a dollar as two.
function plain(values: Values): Values {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.replaceAll('$$', '$')]));
}

function own(text: string): Values {
  return set(parseDotenv({ file: '.env', text }, AROUND_US).entries);
}

// A bare name that nobody set is no variable.
function set(entries: readonly Pick<DotenvEntry, 'name' | 'value'>[]): Values {
  return Object.fromEntries(entries.flatMap(({ name, value }) => (value === null ? [] : [[name, value]])));
}
