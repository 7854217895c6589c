import { describe, expect, it } from 'vitest';
import type { FakeEngine } from '../support/fake-engine.js';
import { runCli } from '../support/run-cli.js';

const PROFILE = [
  'name = "n"',
  '[images.app]',
  'name = "app"',
  'context = "{project}"',
  '[images.base]',
  'name = "base"',
  '[container]',
  'image = "app"',
  '[commands.serve]',
].join('\n');
const ENGINE: FakeEngine = { images: { 'app:latest': null, 'base:latest': null } };
const PODMAN: FakeEngine = { ...ENGINE, facts: { name: 'podman', version: '4.3.1' } };
const KEY = '-----BEGIN OPENSSH PRIVATE KEY-----\n';

function project(files: Readonly<Record<string, string | null>>, profile = PROFILE) {
  const all = Object.entries({ 'podctl.toml': profile, Dockerfile: 'FROM x\nCOPY . /app\n', ...files });
  return { files: Object.fromEntries(all.map(([path, text]) => [`/home/ann/sky/${path}`, text])) };
}

describe('podctl build --dry-run', () => {
  it('names the secrets that would go into the image, each with the line that keeps it out', async () => {
    const files = {
      '.env': 'TOKEN=1',
      'sample.env': 'TOKEN=',
      'keys/deploy.pem': KEY,
      'keys/ca.pem': '-----BEGIN CERTIFICATE-----\n',
      '.npmrc': '//r/:_authToken=abc\n',
      'ui/.npmrc': '//r/:_authToken=${TOKEN}\n',
    };
    const ran = await runCli(['build', '--dry-run'], { ...project(files), engine: ENGINE });
    expect(ran.code, ran.stderr).toBe(0);
    const by = 'goes into the image by `COPY . /app` (Dockerfile:2); add';
    expect(ran.stderr.split('\n').toSorted()).toEqual(
      [
        '',
        'context of `app`: 8 files, 270 B',
        `WARNING: \`.env\` (environment file) ${by} \`.env\` to .dockerignore`,
        `WARNING: \`.npmrc\` (package registry token) ${by} \`.npmrc\` to .dockerignore`,
        `WARNING: \`keys/deploy.pem\` (private key) ${by} \`keys/deploy.pem\` to .dockerignore`,
      ].toSorted(),
    );
  });

  it('knows copies of env files and keys by any name, and leaves alone what only looks like one', async () => {
    const service = '{"type":"service_account","private_key":"-----BEGIN PRIVATE KEY-----"}';
    const secret = {
      '.env.bak': 'A=1',
      '.env~': 'A=1',
      '.env.prod.local': 'A=1',
      '.env_staging': 'A=1',
      '.ENV': 'A=1',
      'deploy/.env': 'A=1',
      'keys/id_ed25519_deploy': KEY,
      'keys/deploy_rsa': KEY,
      'lab-1234-0123456789ab.json': service,
      'gcp-key.json': service,
      'ci/config.json': '{"auths":{"r":{"auth":"YWJj"}}}',
      'prod.auto.tfvars': 'db_password = "x"',
    };
    const harmless = {
      '.env.example': 'A=1',
      '.env.local.example': 'A=1',
      '.env.schema': 'A=1',
      '.env.prod.enc': 'A=1',
      'empty/.env': '',
      '.docker/Dockerfile': 'FROM x',
      '.docker/config.json': '{"auths":{"r":{}},"credsStore":"pass"}',
      id_map: 'a b',
      'src/id_map': 'a b',
      'tools/with_rsa': 'x',
      'keyboard.json': '{}',
      'package/config.json': '{"auth":true}',
      'dev.tfvars': 'token_lifetime = 3',
      'keys/id_rsa.pub': 'ssh-rsa A',
      'large.pem': 'x'.repeat(1_000_001),
    };
    const ran = await runCli(['image', 'context', '--json'], {
      ...project({ ...secret, ...harmless }),
      engine: ENGINE,
    });
    const [report] = JSON.parse(ran.stdout).contexts;
    const found = report.secrets.map(({ path, add }: { path: string; add: string }) => [path, add]);
    expect(found.map(([path]: [string]) => path).toSorted()).toEqual(Object.keys(secret).toSorted());
    // Small letters do not keep out capitals.
    expect(Object.fromEntries(found)).toMatchObject({ '.ENV': '.ENV', 'deploy/.env': '**/.env', '.env~': '**/.env?*' });
  });

  it.each<[line: string, profile: string]>([
    ['build --dry-run --strict-context', PROFILE],
    ['build --dry-run', PROFILE.replace('[images.base]', 'strict_context = true\n[images.base]')],
  ])('%s refuses a secret where that is asked for', async (line, profile) => {
    const ran = await runCli(line.split(' '), { ...project({ '.netrc': 'x' }, profile), engine: ENGINE });
    expect(ran).toMatchObject({ code: 77, stdout: '' });
    expect(ran.stderr).toContain(
      'error: the context of `app` holds a secret: `.netrc` (passwords of servers)\nhint: add `.netrc` to .dockerignore\n',
    );
    const clean = { '.netrc': 'x', '.dockerignore': '.netrc' };
    const again = await runCli(line.split(' '), { ...project(clean, profile), engine: ENGINE });
    expect(again.code, again.stderr).toBe(0);
  });

  it('counts what goes into an earlier stage only as less', async () => {
    const Dockerfile = 'FROM x AS build\nCOPY . /src\nFROM y\nCOPY --from=build /out /out\n';
    const ran = await runCli(['build', '--dry-run'], { ...project({ Dockerfile, id_rsa: 'x' }), engine: ENGINE });
    expect(ran.stderr).toContain(
      'warning: `id_rsa` (private key) goes into a stage of the build by `COPY . /src` (Dockerfile:2); add `id_rsa` to .dockerignore\n',
    );
  });

  it('tells of data, a folder with all it holds as one', async () => {
    const files = {
      'ui/node_modules/a/x.js': 'xx',
      'ui/node_modules/b/.env': 'xx',
      'lab.sqlite': 'x',
      'a/test.db': '',
    };
    const Dockerfile = 'FROM x\nCOPY src /src\n';
    const ran = await runCli(['build', '--dry-run'], { ...project({ ...files, Dockerfile }), engine: ENGINE });
    expect(ran.stderr).toContain(
      'warning: `ui/node_modules/` (installed packages, 2 files, 4 B) is sent to the builder; add `ui/node_modules` to .dockerignore\n' +
        'warning: `lab.sqlite` (database, 1 B) is sent to the builder; add `lab.sqlite` to .dockerignore\n',
    );
    expect(ran.stderr).not.toContain('test.db');
  });

  it('gives one line for several of a kind, and cuts a long list of data', async () => {
    const files = Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => [`${name}.db`, 'x']));
    const ran = await runCli(['build', '--dry-run'], { ...project(files), engine: ENGINE });
    expect(ran.stderr).toContain(
      'add `**/*.db` to .dockerignore\nwarning: 2 more; podctl image context app lists them\n',
    );
  });

  it('leaves .git alone, and says when a build that asks git cannot', async () => {
    const git = { '.git/HEAD': 'ref', '.git/objects/aa': 'x'.repeat(2000), 'pyproject.toml': 'setuptools_scm' };
    const let1 = { ...git, '.dockerignore': '*\n!.git\n!pyproject.toml\n' };
    const kept = await runCli(['build', '--dry-run'], { ...project(let1), engine: ENGINE });
    expect(kept.stderr).toBe('context of `app`: 3 files, 2.02 kB, of it .git 2 kB\n');
    const out = await runCli(['build', '--dry-run'], {
      ...project({ ...git, '.dockerignore': '.git' }),
      engine: ENGINE,
    });
    expect(out.stderr).toContain(
      'note: .git stays out, and setuptools_scm asks git for the version: let it in with `!.git`',
    );
    const pointer = { ...project({ '.git': 'gitdir: ../x' }), engine: ENGINE };
    expect((await runCli(['build', '--dry-run'], pointer)).stderr).toContain(
      'note: .git is a file that names a folder',
    );
  });

  it('finds a password in the address of a git remote', async () => {
    const files = { '.git/config': '[remote "origin"]\nurl = https://ann:secret@git.example.org/x\n' };
    const ran = await runCli(['build', '--dry-run'], { ...project(files), engine: ENGINE });
    expect(ran.stderr).toContain('take the password out of the URL in it\n');
    expect(ran.stderr).not.toContain('secret@');
  });

  it('places what no builder accepts', async () => {
    const ran = await runCli(['build', '--dry-run'], { ...project({ '.dockerignore': 'a\n[b\n' }), engine: ENGINE });
    expect(ran).toMatchObject({ code: 65, stdout: '' });
    expect(ran.stderr).toContain('error: .dockerignore:2:1: `[b` is not a pattern');
  });

  it('reads what this engine reads, and says what it does not read', async () => {
    const files = { 'Dockerfile.dockerignore': 'a\n', '.dockerignore': 'b\n', a: 'x', b: 'xx' };
    const asked = { ...project(files), engine: { ...ENGINE } };
    const classic = await runCli(['build', '--dry-run'], asked);
    expect(classic.stderr).toContain("note: docker's classic builder does not read Dockerfile.dockerignore\n");
    const kit = await runCli(['image', 'context', '--json'], {
      ...asked,
      engine: { ...ENGINE, builder: { buildkit: true, containerd: false } },
    });
    expect(JSON.parse(kit.stdout).contexts[0]).toMatchObject({
      builder: 'buildkit',
      ignoreFile: 'Dockerfile.dockerignore',
    });
    const podman = await runCli(['image', 'context', '--json'], { ...asked, engine: PODMAN });
    expect(JSON.parse(podman.stdout).contexts[0]).toMatchObject({
      builder: 'podman',
      ignoreFile: 'Dockerfile.dockerignore',
    });
  });

  it('tells where engines read a line differently', async () => {
    const files = { '.dockerignore': 'a\n!**/keep\nx+y\n', a: null };
    const engine = { ...ENGINE };
    const ran = await runCli(['build', '--dry-run'], { ...project(files), engine });
    expect(ran.stderr).toContain('note: `!**/keep` (.dockerignore:2): BuildKit finds it everywhere');
    expect(ran.stderr).toContain('note: `x+y` (.dockerignore:3): engines read');
  });
});

describe('podctl image context', () => {
  it('prints the whole report', async () => {
    const files = { 'src/a.py': 'x'.repeat(3000), 'src/b.py': 'x', '.git/HEAD': 'ref', empty: null };
    const ran = await runCli(['image', 'context', 'app'], { ...project(files), engine: ENGINE });
    expect(ran, ran.stderr).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toBe(
      [
        'context of `app`: 5 files, 3.15 kB, of it .git 3 B, 3 folders, 0 links',
        'folder: /home/ann/sky',
        'ignore file: none',
        'note: .git is let in: when the build does not ask git for its version, `.git` in the ignore file makes it smaller',
        '',
        'LARGEST ENTRIES',
        '3 kB              src/',
        '129 B             podctl.toml',
        '19 B              Dockerfile',
        '3 B               .git/',
        '',
        'LARGEST FILES',
        '3 kB            src/a.py',
        '129 B           podctl.toml',
        '19 B            Dockerfile',
        '1 B             src/b.py',
        '',
      ].join('\n'),
    );
  });

  it('needs no engine', async () => {
    const ran = await runCli(['image', 'context', '--json'], { ...project({}), engine: { facts: null } });
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stderr).toBe("note: no engine answers; these are BuildKit's rules\n");
    expect(JSON.parse(ran.stdout)).toMatchObject({ podctl: 1, contexts: [{ images: ['app'], files: 2 }] });
  });

  it.each<[line: string, stderr: string]>([
    ['image context ap', 'error: the profile has no image `ap`\nhint: did you mean app?\n'],
    [
      'image context base',
      'error: image `base` has no build context on this machine\nhint: name an image that the profile builds here\n',
    ],
    ['image contxt', 'error: `image` cannot `contxt`\nhint: did you mean context?\n'],
  ])('podctl %s', async (line, stderr) => {
    expect(await runCli(line.split(' '), { ...project({}), engine: ENGINE })).toMatchObject({ code: 64, stderr });
  });
});
