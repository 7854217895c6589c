import { describe, expect, test } from 'vitest';
import { LEAST, load, problems, resolve } from './desk.js';

const AUTO = `${LEAST}[container.mounts.data]\ntype = "auto"\nsource = "\${DATA:-kept}"\ntarget = "\${FILE%/*}"\n`;
const BOTH = `${AUTO}kind = "directory"\ncreate = true\ndriver = "local"\n`;

async function mount(toml: string, variables: Readonly<Record<string, string>>): Promise<unknown> {
  return resolve(await load(toml), { variables: { FILE: '/var/lib/app/db', ...variables } }).container.mounts[0];
}

describe('type = "auto"', () => {
  test('a name is a volume, and keys of a bind go', async () => {
    expect(await mount(BOTH, {})).toEqual({
      key: 'data',
      type: 'volume',
      source: 'kept',
      target: '/var/lib/app',
      driver: 'local',
    });
  });

  test.each(['/srv/data', './data', 'data/sub', '~', '~/data', '..', 'C:\\data'])('%s is a bind', async (DATA) => {
    expect(await mount(BOTH, { DATA })).toEqual({
      key: 'data',
      type: 'bind',
      source: DATA,
      target: '/var/lib/app',
      kind: 'directory',
      create: true,
    });
  });

  test('keys of a tmpfs have no place in it', async () => {
    expect(await problems(`${AUTO}size = "1m"\n`)).toEqual([
      '8:1 container.mounts.data.size: a bind or volume has no `size` (`size` belongs to a tmpfs)',
    ]);
  });

  test('it needs a source', async () => {
    expect(await problems(`${LEAST}[container.mounts.data]\ntype = "auto"\ntarget = "/d"\n`)).toEqual([
      '4:19 container.mounts.data: the mount has no source (write source = "…", a path or a volume\'s name)',
    ]);
  });
});

describe('${VAR%/*}', () => {
  test.each([
    ['/var/lib/app/db', '/var/lib/app'],
    ['/var/lib/app/', '/var/lib/app'],
    ['/a/b', '/a'],
  ])('of %s is %s', async (FILE, target) => {
    expect(await mount(AUTO, { FILE })).toMatchObject({ target });
  });

  test('only that pattern is known', async () => {
    const [first] = await problems(`${LEAST}[container]\nworkdir = "\${A%.txt}"\n`);
    expect(first).toContain('`${A%.txt}` is not a variable');
  });
});
