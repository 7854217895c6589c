import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDatabase } from '../support/databases.js';
import { makeDesiProject } from '../support/desi-stand-in.js';
import { projectFolder } from '../support/machine.js';
import { podctl } from '../support/podctl.js';
import { SOAK } from '../support/soak.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What npm installs beside podctl for SQLite: the package, a binary for this platform, and what chooses it. */
const OPTIONAL = ['libsql', '@libsql', '@neon-rs', 'detect-libc', '@node-rs'];

const DATA_PROFILE = `name = "data"
images.app.name = "app"
commands.serve.args = []
[container.mounts.data]
type = "bind"
source = "var"
target = "/data"
[data.db]
holds = "sqlite"
mount = "data"
file = "/data/db"
`;

describe('the package that users install', () => {
  const folder = projectFolder('pack');
  const installed = join(folder.path, 'app/node_modules/podctl');
  const project = join(folder.path, 'sky');
  let redux = '';

  beforeAll(async () => {
    const npm = { env: { npm_config_offline: 'true', npm_config_audit: 'false', npm_config_fund: 'false' } };
    // `npm test` has just built; packing builds again by itself, as long runs show.
    const built = SOAK ? [] : ['--ignore-scripts'];
    const pack = ['pack', '--json', ...built, '--pack-destination', folder.path];
    const packed = await execa('npm', pack, { ...npm, cwd: ROOT });
    const tarball = readdirSync(folder.path).find((name) => name.endsWith('.tgz')) ?? packed.stdout;
    const app = join(folder.path, 'app');
    mkdirSync(app);
    writeFileSync(join(app, 'package.json'), '{ "private": true }\n');
    await execa('npm', ['install', '--offline', join(folder.path, tarball)], { ...npm, cwd: app });
    mkdirSync(project);
    ({ redux } = makeDesiProject(project));
  });
  afterAll(() => folder.clear());

  // No engine can be found from here: neither a socket nor a program.
  const bin = join(installed, 'bin/podctl.cjs');
  const run = (...args: string[]) =>
    podctl(args, {
      cwd: project,
      bin,
      env: { PATH: '/nonexistent', DOCKER_HOST: 'unix:///nonexistent/docker.sock', DESI_SPECTRO_REDUX: redux },
    });

  it('brings no dependencies and no sources', () => {
    const modules = readdirSync(join(folder.path, 'app/node_modules')).filter((name) => !name.startsWith('.'));
    // Optional: npm brings it where it can be had.
    expect(modules.filter((name) => !OPTIONAL.includes(name))).toEqual(['podctl']);
    expect(readdirSync(installed).toSorted()).toEqual(
      [
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
        'bin',
        'dist',
        'docs',
        'package.json',
        'profiles',
        'templates',
      ].toSorted(),
    );
  });

  it('brings each shipped profile as the build checked it', () => {
    const profiles = readdirSync(join(installed, 'profiles')).map((file) => file.replace('.toml', ''));
    for (const name of profiles) {
      const kept = JSON.parse(readFileSync(join(installed, `dist/profile-${name}.json`), 'utf8')) as { text: string };
      expect(kept.text).toBe(readFileSync(join(installed, `profiles/${name}.toml`), 'utf8'));
    }
  });

  it('backs up a SQLite database with the package that npm brings for it, and says what is missing without', async () => {
    const modules = join(folder.path, 'app/node_modules');
    const app = join(folder.path, 'data');
    mkdirSync(join(app, 'var'), { recursive: true });
    writeFileSync(join(app, 'podctl.toml'), DATA_PROFILE);
    makeDatabase(join(app, 'var/db'), { rows: 100 });
    for (const name of OPTIONAL) rmSync(join(modules, name), { recursive: true, force: true });
    const env = { PATH: '/nonexistent', DOCKER_HOST: 'unix:///nonexistent/docker.sock' };
    const without = await podctl(['db', 'backup'], { cwd: app, bin, env });
    expect(without).toMatchObject({ code: 69 });
    expect(without.stderr).toContain(
      'error: the package `libsql`, which reads SQLite databases, is not installed\nhint: ',
    );
    for (const name of OPTIONAL) cpSync(join(ROOT, 'node_modules', name), join(modules, name), { recursive: true });
    const made = await podctl(['db', 'backup'], { cwd: app, bin, env });
    expect(made.code, made.stderr).toBe(0);
    expect(await podctl(['db', 'verify'], { cwd: app, bin, env })).toMatchObject({ code: 0 });
  });

  it('says its version', async () => {
    const { version } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as { version: string };
    expect(await run('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  const dryRun = ['server', '-c', 'config.toml', '-m', 'public', '--dry-run', '--engine', 'docker', '--json'];

  it('prints a plan on a machine without any engine', async () => {
    const ran = await run(...dryRun);
    expect(ran.code, ran.stderr).toBe(0);
    const plan = JSON.parse(ran.stdout) as { steps: { argv: string[] }[] };
    expect(plan).toMatchObject({ podctl: 1, profile: 'desi-api', engine: { name: 'docker', assumed: true } });
    expect(plan.steps[0]?.argv.slice(-5)).toEqual(['desiapi:dev', '--', 'server', '-c', '/config/config.toml']);
  });

  it('writes and checks a profile', async () => {
    expect(await run('init', 'desi-api')).toMatchObject({ code: 0 });
    expect(await run('profiles', 'validate')).toMatchObject({ code: 0, stdout: 'podctl.toml: fine\n' });
    rmSync(join(project, 'podctl.toml'));
  });

  // A printed plan runs nothing: what starts programs, speaks to the API or draws on a terminal is not even there, and no other command.
  it('prints the plan without the heavy packages and the second script', async () => {
    const dist = join(installed, 'dist');
    const heavy = readdirSync(dist).filter((name) => /^(?!main|podctl-).*\.cjs$/.test(name));
    expect(heavy.map((name) => name.replace(/-[0-9a-f]{12}\.cjs$/, ''))).toEqual(
      expect.arrayContaining(['rest', 'execa', 'dockerode', 'listr2', 'chalk']),
    );
    for (const name of heavy) rmSync(join(dist, name));
    const ran = await run(...dryRun);
    expect(ran.code, ran.stderr).toBe(0);
    expect(JSON.parse(ran.stdout)).toMatchObject({ podctl: 1 });
  });
});
