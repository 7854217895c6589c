import { describe, expect, it } from 'vitest';
import { runCli } from '../support/run-cli.js';

const GOOD =
  'name = "web"\nabout = "a web server"\n[images.web]\nname = "nginx"\n[container]\nimage = "web"\n[modes.a]\n[modes.b]\n[commands.serve]\n';
const BAD = 'name = "web"\n[container]\nimagge = "web"\n';

describe('podctl profiles', () => {
  it('list names the shipped ones', async () => {
    const ran = await runCli(['profiles', 'list']);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toMatch(
      /^NAME +COMMANDS +MODES +ABOUT\ndesi-api +server, clean_cache, emergency_clean_cache +public, private +DESI/,
    );
    const json = JSON.parse((await runCli(['profiles', 'list', '--json'])).stdout);
    expect(json).toMatchObject({
      podctl: 1,
      profiles: expect.arrayContaining([expect.objectContaining({ name: 'desi-api', modes: ['public', 'private'] })]),
    });
  });

  it('show prints every layer', async () => {
    const files = { '/home/ann/sky/podctl.toml': 'name = "mine"\nextends = "desi-api"\n' };
    const ran = await runCli(['profiles', 'show'], { files });
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toContain('# /opt/podctl/profiles/desi-api.toml\n');
    expect(ran.stdout).toContain('\n# podctl.toml\nname = "mine"\nextends = "desi-api"\n');
    const json = JSON.parse((await runCli(['profiles', 'show', 'desi-api', '--json'])).stdout);
    expect(json).toMatchObject({ podctl: 1, profiles: [{ name: 'desi-api', profile: { default_mode: 'public' } }] });
  });

  it('validate says what is fine and what is not, each with its place', async () => {
    const files = { '/home/ann/sky/good.toml': GOOD, '/home/ann/sky/bad.toml': BAD };
    const fine = await runCli(['profiles', 'validate', 'good.toml'], { files });
    expect(fine).toMatchObject({ code: 0, stdout: 'good.toml: fine\n', stderr: '' });
    const both = await runCli(['profiles', 'validate', './good.toml', './bad.toml'], { files });
    expect(both).toMatchObject({ code: 65, stdout: 'good.toml: fine\n' });
    expect(both.stderr).toContain('error: bad.toml:3:1 container.imagge: ');
    expect(both.stderr).toContain('image');
    const json = await runCli(['profiles', 'validate', './bad.toml', '--json'], { files });
    expect(json).toMatchObject({ code: 65, stderr: '' });
    expect(JSON.parse(json.stdout)).toMatchObject({
      podctl: 1,
      profiles: [{ file: 'bad.toml', valid: false, problems: [{ at: 'bad.toml:3:1 container.imagge' }] }],
    });
  });
});

describe('podctl init', () => {
  const FILE = '/home/ann/sky/podctl.toml';

  it.each([[[]], [['desi-api']]])('%j writes a profile that is valid', async (words) => {
    const ran = await runCli(['init', ...words]);
    expect(ran, ran.stderr).toMatchObject({ code: 0, stdout: '' });
    const text = String(ran.memory.volume.readFileSync(FILE, 'utf8'));
    expect(text).toContain(words.length === 0 ? 'name = "sky"' : 'extends = "desi-api"');
    expect((await runCli(['profiles', 'validate'], { files: { [FILE]: text } })).stdout).toBe('podctl.toml: fine\n');
  });

  it('never overwrites', async () => {
    const ran = await runCli(['init'], { files: { [FILE]: 'mine' } });
    expect(ran.code).toBe(73);
    expect(ran.memory.volume.readFileSync(FILE, 'utf8')).toBe('mine');
  });

  it('writes nothing in a dry run', async () => {
    const ran = await runCli(['init', '--dry-run']);
    expect(ran).toMatchObject({ code: 0, stdout: `write ${FILE}\n`, stderr: '' });
    expect(ran.memory.volume.existsSync(FILE)).toBe(false);
    const json = JSON.parse((await runCli(['init', '--dry-run', '--json'])).stdout);
    expect(json).toMatchObject({ podctl: 1, steps: [{ do: 'file', action: 'write', path: FILE }] });
  });
});
