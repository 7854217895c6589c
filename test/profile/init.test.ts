import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { renderInit } from '../../src/profile/init.js';
import { composeProfile, type LoadedProfile } from '../../src/profile/merge.js';
import { parseProfile } from '../../src/profile/parse.js';
import { load, resolve } from './desk.js';

const template = await readFile(new URL('../../templates/podctl.toml', import.meta.url), 'utf8');
const OWN = { template, name: 'my-project' };

/** The file with every commented line of TOML taken out of its comment. */
function uncommented(text: string): string {
  return text.replaceAll(/^# (?=\[|"?[A-Za-z_.]+"? = )/gm, '');
}

describe('a profile of its own', () => {
  test('works as it is written', async () => {
    const loaded = composeProfile([await parseProfile({ file: 'podctl.toml', text: renderInit(null, OWN) })]);
    expect(loaded.name).toBe('my-project');
    const resolved = resolve(loaded, { command: 'serve', names: { project: '/project' } });
    expect(resolved.images['app']).toMatchObject({ name: 'my-project', tag: 'dev', context: '/project' });
    expect(resolved.container.mounts).toMatchObject([{ source: 'my-project-data', target: '/data' }]);
  });

  test('works with everything uncommented', async () => {
    // The develop mode and the profile itself mount one folder; one of the two examples stands for both.
    const text = uncommented(renderInit(null, OWN)).replace(/\n\[modes\.develop\.container[^#]*/, '\n');
    const loaded = composeProfile([await parseProfile({ file: 'podctl.toml', text })]);
    const request = { names: { project: '/project' }, variables: { TOKEN: 't' } };
    expect(Object.keys(loaded.profile.commands)).toEqual(['serve', 'check']);
    expect(Object.keys(loaded.profile.images)).toEqual(['app', 'tools']);
    const { container } = resolve(loaded, { ...request, command: 'serve' });
    expect(container.ports).toMatchObject([{ key: 'http', container: 8000, host: '127.0.0.1:8000' }]);
    expect(container.mounts.map(({ key }) => key)).toEqual(['data', 'source']);
    expect(resolve(loaded, { ...request, command: 'check' }).container.ports).toEqual([]);
  });

  test('has no placeholder left', () => {
    expect(renderInit(null, OWN)).not.toContain('@');
  });
});

describe('a profile over another one', () => {
  test('changes nothing as it is written', async () => {
    const base = await desi();
    const text = renderInit({ word: 'desi-api', loaded: base }, OWN);
    const loaded = await over(base, text);
    expect(loaded.profile).toEqual(base.profile);
    expect(text).toContain('extends = "desi-api"\n');
  });

  test('works with everything uncommented, and still says what the base says', async () => {
    const base = await desi();
    const text = uncommented(renderInit({ word: 'desi-api', loaded: base }, OWN));
    const loaded = await over(base, text);
    expect(loaded.profile.lists).toEqual(base.profile.lists);
    expect(loaded.profile.images).toEqual(base.profile.images);
    expect(loaded.profile.container?.ports).toEqual(base.profile.container?.ports);
    expect(loaded.profile.container?.resources).toEqual({ memory: '2g', cpus: 2 });
  });

  test('quotes names and texts that need it', async () => {
    const base = await load(
      'name = "t"\n[images."a.b"]\nname = "app"\n[container.ports."x.y"]\ncontainer = 1\nhost = 2\n[lists]\nl = ["a\\"b", "é"]\n[modes."m.1"]\n[modes.n]\n',
    );
    const text = uncommented(renderInit({ word: './my "base".toml', loaded: base }, OWN));
    expect(text).toContain('extends = "./my \\"base\\".toml"');
    expect(text).toContain('[images."a.b"]');
    expect(text).toContain('default_mode = "m.1"');
    const { profile } = await over(base, text);
    expect(profile.lists).toEqual({ l: ['a"b', 'é'] });
  });
});

async function desi(): Promise<LoadedProfile> {
  return load(await readFile(new URL('../../profiles/desi-api.toml', import.meta.url), 'utf8'));
}

async function over(base: LoadedProfile, text: string): Promise<LoadedProfile> {
  return composeProfile([...base.layers, await parseProfile({ file: 'mine.toml', text })]);
}
