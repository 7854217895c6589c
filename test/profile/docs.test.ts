import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { NAMED_VALUES } from '../../src/profile/interpolate.js';
import { profileSchema } from '../../src/profile/json-schema.js';
import { composeProfile } from '../../src/profile/merge.js';
import { parseProfile } from '../../src/profile/parse.js';
import { resolve } from './desk.js';

const guide = await readFile(new URL('../../docs/profile.md', import.meta.url), 'utf8');
const pages = await Promise.all(
  ['env', 'images', 'data-servers'].map((name) => readFile(new URL(`../../docs/${name}.md`, import.meta.url), 'utf8')),
);
// Some show a part of a profile alone.
const REST = 'name = "t"\nimages.app.name = "app"\ncommands.serve.about = "start"\n';
const blocks = [guide, ...pages].flatMap((page) =>
  [...page.matchAll(/```toml\n(.*?)```/gs)].map(([, text = '']) =>
    /^(name|extends) =/m.test(text) ? text : REST + text,
  ),
);
const VARIABLES = { NOTES_API_KEY: 'k', DATA: '/data', DB_PASSWORD: 'p', HOME: '/home/ann', DESI_SPECTRO_REDUX: '/r' };
const NAMES = { project: '/project', config: '/config.toml', git: 'v1' };

describe('docs/profile.md, docs/env.md, docs/images.md and docs/data-servers.md', () => {
  test('has examples', () => {
    expect(blocks.length).toBeGreaterThan(6);
  });

  test.each(blocks.map((text, index) => ({ text, index })))('example $index works as it stands', async ({ text }) => {
    const layer = await parseProfile({ file: 'podctl.toml', text });
    const base = layer.profile.extends;
    const under = base === undefined ? [] : [await shipped(base)];
    const loaded = composeProfile([...under, layer]);
    for (const command of Object.keys(loaded.profile.commands)) {
      const names = { ...NAMES };
      expect(resolve(loaded, { command, names, variables: VARIABLES }).command.name).toBe(command);
    }
  });

  test('tells every named value', () => {
    for (const name of NAMED_VALUES) expect(guide).toContain(`\`{${name}}\``);
  });
});

describe('docs/profile.schema.json', () => {
  test('is what the schema says; `npm run docs` renews it', async () => {
    const file = await readFile(new URL('../../docs/profile.schema.json', import.meta.url), 'utf8');
    expect(file).toBe(`${JSON.stringify(profileSchema(), null, 2)}\n`);
  });

  test('describes every key', () => {
    expect(undescribed(profileSchema(), '')).toEqual([]);
  });
});

async function shipped(name: string): Promise<Awaited<ReturnType<typeof parseProfile>>> {
  const file = new URL(`../../profiles/${name}.toml`, import.meta.url);
  return parseProfile({ file: `${name}.toml`, text: await readFile(file, 'utf8') });
}

/** Keys of the schema without a description. */
function undescribed(node: unknown, path: string): readonly string[] {
  if (Array.isArray(node)) return node.flatMap((each: unknown) => undescribed(each, path));
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]: [string, unknown]) => {
    if (key !== 'properties' || typeof value !== 'object' || value === null) return undescribed(value, path);
    return Object.entries(value).flatMap(([name, inner]: [string, unknown]) => {
      const missing = typeof inner === 'object' && inner !== null && !('description' in inner);
      return [...(missing ? [`${path}/${name}`] : []), ...undescribed(inner, `${path}/${name}`)];
    });
  });
}
