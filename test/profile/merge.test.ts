import { describe, expect, test } from 'vitest';
import { plainOf } from '../../src/profile/tree.js';
import { viewOf } from '../../src/profile/view.js';
import { LEAST, load, resolve } from './desk.js';

const VOLUME = 'type = "volume"\ntarget = "/a"\n';

describe('layers', () => {
  test('tables merge by key, texts, numbers and lists are replaced', async () => {
    const loaded = await load(
      `${LEAST}[lists]\nr = ["a", "b"]\n[container]\nuser = "1"\ndns = ["1.1.1.1", "2.2.2.2"]\n[container.env]\nA = "1"\nB = "2"\n`,
      'extends = "base"\n[lists]\nr = ["c"]\n[container]\nuser = "2"\ndns = ["3.3.3.3"]\n[container.env]\nB = "3"\nC = 4\n',
    );
    expect(loaded.profile.lists).toEqual({ r: ['c'] });
    expect(loaded.profile.container).toEqual({ user: '2', dns: ['3.3.3.3'], env: { A: '1', B: '3', C: 4 } });
  });

  test('three layers, the last one wins', async () => {
    const loaded = await load(
      `${LEAST}[container]\nuser = "1"\nhostname = "one"\n`,
      'extends = "base"\n[container]\nuser = "2"\nhostname = "two"\n',
      'extends = "layer1"\n[container]\nuser = "3"\n',
    );
    expect(loaded.profile.container).toEqual({ user: '3', hostname: 'two' });
    expect(loaded.layers.map(({ file }) => file)).toEqual(['base.toml', 'layer1.toml', 'podctl.toml']);
  });

  test('the name comes from the last layer that has one', async () => {
    expect((await load(LEAST, 'extends = "base"')).name).toBe('t');
    expect((await load(LEAST, 'extends = "base"\nname = "mine"')).name).toBe('mine');
  });

  test.each([
    { what: 'a mount', base: `[container.mounts.a]\n${VOLUME}`, over: 'container.mounts.a = false', at: 'mounts' },
    { what: 'a port', base: '[container.ports]\nhttp = 80', over: 'container.ports.http = false', at: 'ports' },
    { what: 'a variable', base: '[container.env]\nA = "1"', over: 'container.env.A = false', at: 'env' },
    { what: 'a label', base: '[container.labels]\na = "1"', over: 'container.labels.a = false', at: 'labels' },
    {
      what: 'a host',
      base: '[container.extra_hosts]\na = "1.1.1.1"',
      over: 'container.extra_hosts.a = false',
      at: 'extra_hosts',
    },
  ] as const)('false takes $what away', async ({ base, over, at }) => {
    expect((await load(`${LEAST}${base}`)).profile.container?.[at]).not.toEqual({});
    expect((await load(`${LEAST}${base}`, `extends = "base"\n${over}`)).profile.container?.[at]).toEqual({});
  });

  test('false takes whole tables away', async () => {
    const base = `${LEAST}[container.health]\ntest = "true"\n[container.ports]\nhttp = 80\n[container.ready]\nport = "http"\n[config]\ndefault = "c"\n`;
    const loaded = await load(base, 'extends = "base"\nconfig = false\n[container]\nhealth = false\nready = false\n');
    expect(loaded.profile.container).toEqual({ ports: { http: 80 } });
    expect(loaded.profile.config).toBeNull();
  });

  test('false takes commands, modes, images and config keys away', async () => {
    const base = `${LEAST}[commands.other]\n[modes.a]\n[modes.b]\n[images.b]\n[container]\nimage = "app"\n[config.keys.x]\ntype = "string"\n`;
    const over = 'extends = "base"\ncommands.other = false\nmodes.a = false\nimages.b = false\nconfig.keys.x = false\n';
    const { profile } = await load(base, over);
    expect(Object.keys(profile.commands)).toEqual(['go']);
    expect(Object.keys(profile.modes)).toEqual(['b']);
    expect(Object.keys(profile.images)).toEqual(['app']);
    expect(profile.config?.keys).toEqual({});
  });

  test('false is a value where true is one too', async () => {
    const loaded = await load(
      `${LEAST}[container]\ninit = true\n[commands.serve]\nports = true\n`,
      'extends = "base"\n[container]\ninit = false\n[commands.serve]\nports = false\n',
    );
    expect(loaded.profile.container?.init).toBe(false);
    expect(loaded.profile.commands['serve']?.ports).toBe(false);
  });

  test('what was taken away can be set again', async () => {
    const loaded = await load(
      `${LEAST}[container.env.A]\nvalue = "1"\nsecret = true\n`,
      'extends = "base"\n[container.env]\nA = false\n',
      'extends = "layer1"\n[container.env]\nA = "2"\n',
    );
    expect(loaded.profile.container?.env).toEqual({ A: '2' });
  });

  test('a text over a table replaces it, and the reverse', async () => {
    const base = `${LEAST}[container.env]\nA = "1"\n[container.env.B]\nvalue = "1"\nsecret = true\n`;
    const loaded = await load(base, 'extends = "base"\n[container.env]\nB = "2"\n[container.env.A]\nfrom = "X"\n');
    expect(loaded.profile.container?.env).toEqual({ A: { from: 'X' }, B: '2' });
  });

  test('schema address and extends of a layer are its own', async () => {
    const loaded = await load(`"$schema" = "s"\n${LEAST}`, 'extends = "base"');
    expect(loaded.profile).not.toHaveProperty('$schema');
    expect(loaded.profile).not.toHaveProperty('extends');
  });
});

describe('overlays of one command in one mode', () => {
  const TEXT = `${LEAST}
[container]
user = "base"
hostname = "base"
workdir = "/base"
[container.env]
A = "base"
B = "base"
C = "base"
[modes.m.container]
hostname = "mode"
workdir = "/mode"
env.B = "mode"
env.C = "mode"
[commands.go.container]
workdir = "/command"
env.C = "command"
[commands.other]
[modes.n]
`;

  test.each([
    { mode: 'm', command: 'go', fields: ['base', 'mode', '/command'], env: { A: 'base', B: 'mode', C: 'command' } },
    { mode: 'm', command: 'other', fields: ['base', 'mode', '/mode'], env: { A: 'base', B: 'mode', C: 'mode' } },
    { mode: 'n', command: 'go', fields: ['base', 'base', '/command'], env: { A: 'base', B: 'base', C: 'command' } },
    { mode: 'n', command: 'other', fields: ['base', 'base', '/base'], env: { A: 'base', B: 'base', C: 'base' } },
  ])('profile, then mode $mode, then command $command', async ({ mode, command, fields, env }) => {
    const view = plainOf(viewOf((await load(TEXT)).tree, mode, command).tree);
    expect([view['user'], view['hostname'], view['workdir']]).toEqual(fields);
    expect(view['env']).toEqual(env);
  });

  test('an overlay of an earlier layer comes after the container of a later one', async () => {
    const loaded = await load(
      `${LEAST}[modes.m.container]\nuser = "mode"\n`,
      'extends = "base"\n[container]\nuser = "later"\n',
    );
    expect(resolve(loaded).container.user).toBe('mode');
  });

  test('a mode takes a mount of the container away', async () => {
    const loaded = await load(
      `${LEAST}[container.mounts.a]\n${VOLUME}[modes.m]\n[modes.n.container.mounts]\na = false\n`,
    );
    expect(resolve(loaded, { mode: 'm' }).container.mounts.map(({ key }) => key)).toEqual(['a']);
    expect(resolve(loaded, { mode: 'n' }).container.mounts).toEqual([]);
  });

  test('a project takes a mount of one mode of its base away', async () => {
    const base = `${LEAST}[modes.m.container.mounts.a]\n${VOLUME}[modes.n.container.mounts.a]\n${VOLUME}`;
    const loaded = await load(base, 'extends = "base"\n[modes.m.container.mounts]\na = false\n');
    expect(resolve(loaded, { mode: 'm' }).container.mounts).toEqual([]);
    expect(resolve(loaded, { mode: 'n' }).container.mounts.map(({ key }) => key)).toEqual(['a']);
  });

  test('a command may take away what only one mode has', async () => {
    const text = `${LEAST}[modes.m.container.env]\nA = "1"\n[modes.n]\n[commands.go.container.env]\nA = false\n`;
    const loaded = await load(text);
    expect(resolve(loaded, { mode: 'm' }).container.env).toEqual([]);
    expect(resolve(loaded, { mode: 'n' }).container.env).toEqual([]);
  });

  test('a mount keeps its place in the order when an overlay changes it', async () => {
    const text = `${LEAST}[container.mounts.a]\n${VOLUME}[container.mounts.b]\ntype = "volume"\ntarget = "/b"\n[modes.m.container.mounts.a]\ntarget = "/c"\n`;
    const { mounts } = resolve(await load(text)).container;
    expect(mounts.map(({ key, target }) => [key, target])).toEqual([
      ['a', '/c'],
      ['b', '/b'],
    ]);
  });
});
