import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { identify } from '../../src/cli/project.js';
import { formatProject } from '../../src/core/project.js';
import { realFiles } from '../../src/io/files.js';
import { describeEngines } from '../support/engines.js';
import { type Folder, projectFolder } from '../support/machine.js';
import { type OwnEngine, ownEngine } from '../support/own-engine.js';
import { done, type Finished, podctl } from '../support/podctl.js';
import { only } from '../support/soak.js';

const MB = 1_000_000;

describeEngines('prune', (beside) => {
  let engine: OwnEngine;
  let folder: Folder;
  let label: string;

  const run = (...args: readonly string[]): Promise<string> => engine.run(args);
  const prune = (...args: readonly string[]): Promise<Finished> =>
    podctl(['prune', '--engine', engine.name, ...args], { cwd: folder.path, env: engine.env });
  const document = async (...args: readonly string[]) => {
    const { stdout } = await done(prune(...args, '--json'));
    return JSON.parse(stdout) as {
      removed: { kind: string; name: string }[];
      removes: { kind: string; name: string; bytes: number | null }[];
      freed: number;
      frees: { freed: number };
      steps: { argv?: string[]; action?: string }[];
      kept: { bytes: number; volumes: string[] } | null;
    };
  };
  /** Builds until the tag stands for the last one; the earlier ones lose it. */
  const build = async (tag: string, project: string, parts: readonly (readonly [base: string, own: string])[]) => {
    const context = join(folder.path, 'context');
    mkdirSync(context, { recursive: true });
    // Copied, not made by a RUN: each of those starts a container.
    const random = (name: string, megabytes: number): string => {
      const file = join(context, name);
      if (!existsSync(file)) writeFileSync(file, randomBytes(megabytes * MB));
      return `COPY ${name} /${name}`;
    };
    for (const [base, own] of parts) {
      const lines = [
        `FROM ${engine.busybox}`,
        random(base, 4),
        random(`${base}-${own}`, 6),
        'ENV A=b',
        'WORKDIR /work',
      ];
      writeFileSync(join(context, 'Containerfile'), `${lines.join('\n')}\n`);
      const file = ['--file', join(context, 'Containerfile'), '--network', 'none'];
      const layers = engine.name === 'podman' ? ['--layers'] : [];
      await run('build', '--quiet', ...layers, ...file, '--label', `podctl.project=${project}`, '--tag', tag, context);
    }
  };
  const container = (name: string, project: string, script: string, ...options: readonly string[]) =>
    run(
      'run',
      '--detach',
      '--name',
      name,
      '--network',
      'none',
      '--label',
      `podctl.project=${project}`,
      ...options,
      engine.busybox,
      'sh',
      '-c',
      script,
    );
  const stopped = async (...names: readonly string[]): Promise<void> => {
    for (const name of names) await run('wait', name);
  };
  const names = async (...args: readonly string[]): Promise<string> =>
    (await run(...args)).trim().split('\n').toSorted().join(' ');

  beforeAll(async () => {
    engine = await ownEngine(beside);
    folder = projectFolder('prune');
    label = formatProject(await identify(folder.path, realFiles()));
  });
  afterAll(async () => {
    await engine.stop();
    folder.clear();
  });

  it("removes what is this project's and unused, as listed, and frees what it said", async () => {
    await build('app:dev', label, [
      ['one', 'a'],
      ['one', 'b'],
      ['two', 'c'],
    ]);
    await build('theirs:dev', 'other-1', [
      ['x', 'a'],
      ['x', 'b'],
    ]);
    await container('mine', label, 'dd if=/dev/urandom of=/written bs=1000000 count=9');
    await container('theirs', 'other-1', 'true');
    await container('busy', label, 'sleep 600');
    await run('network', 'create', '--label', `podctl.project=${label}`, 'mine-net');
    await run('network', 'create', '--label', 'podctl.project=other-1', 'their-net');
    await run('volume', 'create', '--label', `podctl.project=${label}`, 'mine-data');
    await stopped('mine', 'theirs');
    const before = await names('ps', '--all', '--format', '{{.Names}}');

    const dry = await document('--dry-run');
    expect(await names('ps', '--all', '--format', '{{.Names}}')).toBe(before);
    expect(dry.removes.filter(({ kind }) => kind !== 'image').map(({ kind, name }) => [kind, name])).toEqual([
      ['container', 'mine'],
      ['network', 'mine-net'],
    ]);
    // Two images lost their tag; what was only a step of building them goes with them, and is listed as well.
    expect(dry.removes.filter(({ kind }) => kind === 'image').length).toBeGreaterThanOrEqual(2);
    expect(dry.steps.flatMap(({ argv }) => argv ?? [])).not.toContain('--force');
    // 4 shared and twice 6 of the images, 9 of the container.
    expect(dry.frees.freed / (25 * MB)).toBeCloseTo(1, 1);

    const full = engine.bytes();
    const result = await document('--yes');
    const freed = full - engine.bytes();
    expect(result.removed).toHaveLength(dry.removes.length);
    expect(result.freed).toBe(dry.frees.freed);
    expect(Math.abs(freed - result.freed) / freed).toBeLessThan(0.05);
    expect(await names('ps', '--all', '--format', '{{.Names}}')).toBe('busy theirs');
    expect(await names('network', 'ls', '--format', '{{.Name}}')).toMatch(/their-net/);
    expect(await names('network', 'ls', '--format', '{{.Name}}')).not.toMatch(/mine-net/);
    expect(await names('volume', 'ls', '--quiet')).toBe('mine-data');
    expect(
      await run('images', '--filter', 'label=podctl.project=other-1', '--filter', 'dangling=true', '--quiet'),
    ).not.toBe('');
    expect((await document('--yes')).removed).toEqual([]);
  });

  it.each(only(beside, 'docker'))(
    'removes tags that are named, and beyond --keep; refuses what is used or of nobody',
    async () => {
      await build('app:old', label, [['one', 'd']]);
      await build('app:older', label, [['one', 'e']]);
      const used = await prune('--images', engine.busybox, '--yes');
      expect([used.code, used.stderr]).toEqual([77, expect.stringContaining('this project')]);
      expect((await prune('--images', 'app:none', '--yes')).code).toBe(66);
      const { stdout } = await done(prune('--images', 'app:old', '--yes'));
      expect(stdout).toMatch(/^removed image .*app:old\n/);
      await build('app:new', label, [['one', 'f']]);
      const kept = await document('--keep', '1', '--older-than', '0s', '--yes');
      expect(kept.removed.map(({ name }) => name).join(' ')).toMatch(/app:/);
      expect(await names('images', '--filter', `label=podctl.project=${label}`, '--format', '{{.Tag}}')).toBe('new');
      expect((await document('--older-than', '1d', '--yes')).removed).toEqual([]);
    },
  );

  // kept-volumes.test.ts has one of podman's.
  it.each(only(beside, 'docker'))(
    'keeps a volume before it goes, and never takes one that is used, unnamed or of nobody',
    async () => {
      await run('volume', 'create', 'nobodys');
      await run('volume', 'create', '--label', `podctl.project=${label}`, 'mine-used');
      await container('user', label, 'sleep 600', '--volume', 'mine-used:/v');
      await container(
        'writer',
        label,
        'dd if=/dev/urandom of=/v/f bs=1000000 count=7',
        '--volume',
        'mine-data:/v',
        '--volume',
        '/anonymous',
      );
      await stopped('writer');
      expect((await prune('--volumes', 'nobodys', '--yes')).code).toBe(77);
      expect((await prune('--volumes', 'mine-used', '--yes')).code).toBe(77);
      const full = engine.bytes();
      const result = await document('--volumes', '*', '--yes');
      expect(result.kept).toMatchObject({ volumes: ['mine-data'] });
      expect(result.kept?.bytes).toBeGreaterThan(7 * MB);
      const freed = full - engine.bytes();
      expect(Math.abs(freed - result.freed) / freed).toBeLessThan(0.05);
      const left = (await names('volume', 'ls', '--quiet')).split(' ');
      expect(left).toHaveLength(3);
      expect(left).toEqual(expect.arrayContaining(['mine-used', 'nobodys']));
    },
  );

  it.each(only(beside, 'docker'))('takes the whole engine only when its name is said too', async () => {
    expect((await prune('--all', '--yes')).code).toBe(77);
    expect((await prune('--all', '--yes', '--confirm', 'other')).code).toBe(77);
    const before = await names('volume', 'ls', '--quiet');
    await done(prune('--all', '--yes', '--confirm', engine.name));
    expect(await names('ps', '--all', '--format', '{{.Names}}')).toBe('busy user');
    expect(await names('network', 'ls', '--format', '{{.Name}}')).not.toMatch(/their-net/);
    expect(await run('images', '--filter', 'dangling=true', '--quiet')).toBe('');
    expect(await names('volume', 'ls', '--quiet')).toBe(before);
  });
});
