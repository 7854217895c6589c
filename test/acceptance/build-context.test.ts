import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeBuilder } from '../../src/engine/builder.js';
import { realFiles } from '../../src/io/files.js';
import { walkTree } from '../../src/io/walk.js';
import { type Builder, type FolderState, makeIgnore, parseIgnoreFile } from '../../src/plan/ignore-file.js';
import { openDesk, uniqueName } from '../engine/real.js';
import { CASES, TREE } from '../plan/ignore-cases.js';
import { describeEngines, type TestEngine } from '../support/engines.js';
import { type Folder, projectFolder } from '../support/machine.js';
import { podctl } from '../support/podctl.js';
import { only, SOAK, shareOf } from '../support/soak.js';

const COUNT = SOAK ? 200 : 2;
/** PODCTL_SEED repeats a run. */
const SEED = Number(process.env['PODCTL_SEED'] ?? Date.now() % 2 ** 31);

// Cases whose patterns engines read differently are told as such; the others must come out the same everywhere.
const TABLE = CASES.filter(
  ({ ignore, out, buildkit }) => out !== null && buildkit === undefined && !/[+()|{}^]/.test(ignore),
);
const TRICKY = SOAK ? TABLE : TABLE.filter((_, index) => index % 16 === 0);

const PART = fc.constantFrom('a', 'b', 'a.x', '.h', 'B');
const TREE_FILES = fc.uniqueArray(
  fc.array(PART, { minLength: 1, maxLength: 4 }).map((parts) => `${parts.join('/')}.f`),
  { minLength: 6, maxLength: 20 },
);
const PIECE = fc.constantFrom('a', 'b', '*', '**', '?', 'a.x', '.*', '*.f', '[ab]', 'a*', 'b.f');
const PATTERN = fc
  .tuple(
    fc.constantFrom('', '', '', '!', '/', '!/'),
    fc.array(PIECE, { minLength: 1, maxLength: 3 }),
    fc.constantFrom('', '', '/'),
  )
  .map(([sign, parts, end]) => `${sign}${parts.join('/')}${end}`);
const PATTERNS = fc.array(PATTERN, { minLength: 1, maxLength: 5 });

describeEngines('what a build gets', (engine) => {
  let folder: Folder;

  beforeEach(() => {
    folder = projectFolder('context');
  });
  afterEach(() => folder.clear());

  it.each(shareOf(engine, TRICKY))('is what podctl counted: $ignore', async ({ ignore }) => {
    const { counted, real } = await both(engine, folder.path, { files: TREE, ignore });
    expect(counted).toEqual(real);
  });

  it(
    `is what podctl counted, for ${COUNT} random trees and ignore files`,
    async () => {
      const random = fc.record({ files: TREE_FILES, ignore: PATTERNS.map((lines) => lines.join('\n')) });
      const property = fc.asyncProperty(random, async (one) => {
        const { counted, real } = await both(engine, folder.path, one);
        expect(counted, JSON.stringify(one)).toEqual(real);
      });
      await fc.assert(property, { seed: SEED, numRuns: COUNT, endOnFailure: process.env['PODCTL_SEED'] === undefined });
    },
    SOAK ? 600_000 : 60_000,
  );

  it('has links as links, and the ignore file that this engine reads', async () => {
    layOut(folder.path, { files: ['x/a.f', 'y/b.f'], ignore: 'x' });
    writeFileSync(join(folder.path, 'Dockerfile.dockerignore'), 'y\n');
    symlinkSync('y', join(folder.path, 'to-y'));
    symlinkSync('nowhere', join(folder.path, 'dangling'));
    const real = await arrived(engine, folder.path);
    expect(real).toEqual(expect.arrayContaining(['dangling', 'to-y']));
    const ran = await podctl(['image', 'context', '--json', '--engine', engine.name], {
      cwd: folder.path,
      env: engine.env,
    });
    expect(ran.code, ran.stderr).toBe(0);
    const [report] = JSON.parse(ran.stdout).contexts;
    // podctl's own state folder stands in the project here.
    expect(report).toMatchObject({
      links: 2,
      ignoreFile: real.includes('y/b.f') ? '.dockerignore' : 'Dockerfile.dockerignore',
    });
    expect(report.files).toBe(real.length - 2);
  });

  it.each(only(engine, 'docker'))('is told before a build, and a secret stops a strict one', async () => {
    layOut(folder.path, { files: ['id_rsa', 'a.f'], ignore: '' });
    const tag = uniqueName();
    const args = ['build', '--engine', engine.name, '--tag', tag];
    const options = { cwd: folder.path, env: engine.env };
    const strict = await podctl([...args, '--strict-context'], options);
    expect(strict, strict.stderr).toMatchObject({ code: 77, stdout: '' });
    expect((await engine.run(['image', 'inspect', `app:${tag}`])).code).not.toBe(0);
    const built = await podctl(args, options);
    try {
      expect(built, built.stderr).toMatchObject({ code: 0, stdout: `app:${tag}\n` });
      expect(built.stderr).toContain(
        'WARNING: `id_rsa` (private key) goes into the image by `COPY . /c` (Dockerfile:2)',
      );
    } finally {
      await engine.run(['image', 'rm', '--force', `app:${tag}`]);
    }
  });
});

type Tree = { readonly files: readonly string[]; readonly ignore: string };

async function both(engine: TestEngine, folder: string, tree: Tree) {
  layOut(folder, tree);
  return { counted: await walked(folder, tree.ignore, await builder(engine)), real: await arrived(engine, folder) };
}

async function builder(engine: TestEngine): Promise<Builder> {
  if (engine.name === 'podman') return 'podman';
  const desk = await openDesk(engine);
  desk.clear();
  const { buildkit } = await makeBuilder(desk.found, { host: desk.host }).facts();
  return buildkit ? 'buildkit' : 'classic';
}

/** What podctl's walk meets. */
async function walked(root: string, ignore: string, by: Builder): Promise<readonly string[]> {
  const rules = makeIgnore(parseIgnoreFile(ignore), by);
  const met: string[] = [];
  await walkTree<{ readonly state: FolderState }>(
    { root, state: { state: null }, files: realFiles() },
    {
      enter: (path, parent) => {
        const { state, closed } = rules.folder(path, parent.state);
        return closed ? null : { state };
      },
      wants: (path, parent) => !rules.leavesOut(path, parent.state),
      meet: ({ path, kind }) => void (kind === 'directory' || met.push(path)),
      unreadable: (path) => expect.unreachable(path),
    },
  );
  return met.toSorted();
}

/** What really is in the image. */
async function arrived(engine: TestEngine, folder: string): Promise<readonly string[]> {
  const once = engine.name === 'podman' ? ['--layers=false'] : [];
  const built = await engine.run(['build', '--quiet', '--no-cache', ...once, folder]);
  expect(built.code, built.stderr).toBe(0);
  const image = built.stdout.trim().split('\n').at(-1) ?? '';
  try {
    // Nothing has to run to be looked at.
    const made = await engine.run(['create', '--network', 'none', image, 'none']);
    expect(made.code, made.stderr).toBe(0);
    const id = made.stdout.trim();
    const tar = `${folder}.tar`;
    const exported = await engine.run(['export', '--output', tar, id]);
    expect(exported.code, exported.stderr).toBe(0);
    await engine.run(['rm', id]);
    const listed = execFileSync('tar', ['--quoting-style=literal', '-tf', tar], { encoding: 'utf8' });
    rmSync(tar);
    const paths = listed.split('\n').filter((path) => path.startsWith('c/') && !path.endsWith('/'));
    return paths.map((path) => path.slice('c/'.length)).toSorted();
  } finally {
    await engine.run(['image', 'rm', '--force', image]);
  }
}

function layOut(folder: string, { files, ignore }: Tree): void {
  rmSync(folder, { recursive: true, force: true });
  for (const path of files) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), path);
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'podctl.toml'), 'name = "n"\nimages.app.context = "{project}"\n[commands.serve]\n');
  writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\nCOPY . /c\n');
  writeFileSync(join(folder, '.dockerignore'), ignore);
}
