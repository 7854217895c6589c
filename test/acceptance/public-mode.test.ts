import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, rmdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { desiStandIn, makeDesiProject } from '../support/desi-stand-in.js';
import { describeEngines } from '../support/engines.js';
import { type Folder, freePort, projectFolder, untilAnswers } from '../support/machine.js';
import { type Finished, podctl } from '../support/podctl.js';
import { shareOf } from '../support/soak.js';

// Of this run alone: another one beside it clears its own.
const LABEL = `podctl-test.public-mode-${randomUUID()}`;

/** What happens on the host, with the tools of the host and of the engine; what it gives back undoes it. */
type Trick = (place: { readonly redux: string; readonly volume: string }) => Promise<() => Promise<void>>;

const mount = (from: string, to: string): (() => Promise<void>) => {
  execFileSync('mount', ['--bind', from, to]);
  return () => Promise.resolve(void execFileSync('umount', [to]));
};

describeEngines('a public mode keeps private releases out of reach', (engine) => {
  let folder: Folder;
  let redux: string;
  let image: string;

  beforeAll(async () => {
    folder = projectFolder(`public-${engine.name}`);
    redux = makeDesiProject(folder.path).redux;
    const { containerfile, files } = desiStandIn(engine.busybox, 'exec');
    image = await engine.build({ name: 'desi-exec', containerfile, files });
  });
  afterAll(async () => {
    await engine.clear(LABEL);
    folder.clear();
  });

  const run = (...args: string[]): Promise<Finished> =>
    podctl([...args, '--engine', engine.name], {
      cwd: folder.path,
      env: { ...engine.env, DESI_SPECTRO_REDUX: redux },
    });
  const server = async (...more: string[]): Promise<Finished> =>
    run('server', '--image', image, '--port', String(await freePort()), ...more);

  const makeVolume = async (name: string, ...options: string[]): Promise<string> => {
    const made = await engine.run(['volume', 'create', '--label', LABEL, ...options, name]);
    expect(made.code, made.stderr).toBe(0);
    return (await engine.run(['volume', 'inspect', '--format', '{{.Mountpoint}}', name])).stdout.trim();
  };
  describe('whatever stands behind a volume', () => {
    const tricks: readonly [what: string, trick: Trick][] = [
      [
        'one with bind options that was there before',
        async ({ volume }) => {
          const options = ['type=none', 'o=bind', `device=${join(redux, 'daily')}`];
          await makeVolume(volume, ...options.flatMap((option) => ['--opt', option]));
          return () => Promise.resolve();
        },
      ],
      ['a bind over its folder', async ({ volume }) => mount(join(redux, 'daily'), await makeVolume(volume))],
      [
        'a link in place of its folder',
        async ({ volume }) => {
          const data = await makeVolume(volume);
          rmdirSync(data);
          symlinkSync(join(redux, 'daily'), data);
          return () => {
            rmSync(data);
            mkdirSync(data);
            return Promise.resolve();
          };
        },
      ],
    ];
    it.each(shareOf(engine, tricks))('%s', async (what, trick) => {
      const volume = `podctl-test-${what.replaceAll(' ', '-').slice(0, 20)}`;
      const undo = await trick({ redux, volume });
      try {
        const inside = await engine.run(['run', '--rm', '--volume', `${volume}:/x`, engine.busybox, 'ls', '/x']);
        expect(inside.stdout, 'the trick itself works').toContain('spectra.txt');
        const refused = await server('--mount', `${volume}:/x:ro`);
        expect(refused.code, refused.stderr).toBe(77);
        expect(refused.stderr).toContain(volume);
      } finally {
        await undo();
        await engine.run(['volume', 'rm', '--force', volume]);
      }
    });
  });

  const binds = [
    ['a private release bound over a public one', 'iron'],
    ['a private release bound below a public one', 'fuji/below'],
  ] as const;
  it.each(shareOf(engine, binds))('%s', async (_what, place) => {
    mkdirSync(join(redux, place), { recursive: true });
    const undo = mount(join(redux, 'daily'), join(redux, place));
    try {
      const refused = await server('--dry-run');
      expect(refused.code, refused.stderr).toBe(77);
    } finally {
      await undo();
      if (place === 'fuji/below') rmdirSync(join(redux, place));
    }
  });

  it.each(shareOf(engine, ['start', 'restart']))('podctl %s looks again at where its mounts lead', async (verb) => {
    const port = await freePort();
    const started = await run('server', '--image', image, '--port', String(port), '--detach');
    expect(started.code, started.stderr).toBe(0);
    try {
      expect((await run('stop')).code).toBe(0);
      renameSync(join(redux, 'iron'), join(redux, 'kept'));
      symlinkSync('daily', join(redux, 'iron'));
      const refused = await run(verb);
      rmSync(join(redux, 'iron'));
      renameSync(join(redux, 'kept'), join(redux, 'iron'));
      expect(refused.code, refused.stderr).toBe(77);
      expect(refused.stderr).toContain('daily');
      const again = await run(verb);
      expect(again.code, again.stderr).toBe(0);
      expect(await untilAnswers(`http://127.0.0.1:${port}/desi/spectro/redux/iron/spectra.txt`)).toBe('iron spectra\n');
    } finally {
      await run('down');
    }
  });
});
