import { randomUUID } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEBIAN_PACKAGES } from '../support/debian-packages.js';
import { describeEngines, describeRootless, type TestEngine } from '../support/engines.js';
import { type Folder, projectFolder, until } from '../support/machine.js';
import { layOutPanoptes, type PanoptesTree } from '../support/panoptes-stand-in.js';
import { done, type Finished, type PodctlOptions, podctl } from '../support/podctl.js';
import { only, SOAK, shareOf } from '../support/soak.js';
import { containersWith } from '../support/what-is-there.js';

type Base = Parameters<typeof layOutPanoptes>[1];

type Desk = {
  readonly tree: PanoptesTree;
  readonly tag: string;
  readonly podctl: (args: readonly string[], options?: Partial<PodctlOptions>) => Promise<Finished>;
  readonly clear: () => Promise<void>;
};

/** Both images, built by podctl from a source tree; `PANDIR` is a folder of the test's own. */
function openDesk(
  engine: TestEngine,
  { folder, run, base }: { readonly folder: Folder; readonly run: typeof podctl; readonly base: Base },
): Desk {
  const tree = layOutPanoptes(join(folder.path, 'pan'), base);
  const tag = `test-${randomUUID().slice(0, 8)}`;
  const env = { ...engine.env, PANDIR: tree.pandir, TAG: tag, XDG_STATE_HOME: join(folder.path, 'state') };
  const desk: Desk = {
    tree,
    tag,
    podctl: (args, options) =>
      run(['--engine', engine.name, ...args], {
        cwd: tree.source,

        ...options,
        env: { ...env, ...options?.env },
      }),
    clear: async () => {
      await engine.clear('podctl.profile=panoptes-utils');
      const made = ['utils', 'base', 'other'].map((name) => `panoptes-${name}:${tag}`);
      await engine.run(['rmi', '--force', ...made]);
      folder.clear();
    },
  };
  return desk;
}

const FILE = ['sh', '-c', 'id -u > /var/panoptes/logs/who'];

describeEngines('panoptes-utils, from build to shell', (engine) => {
  let desk: Desk;

  beforeAll(async () => {
    // What a shell and gosu make of the words is no engine's doing.
    const whole = SOAK || engine.name === 'docker';
    const base = whole ? { debian: await engine.debian(DEBIAN_PACKAGES) } : { busybox: engine.busybox };
    desk = openDesk(engine, { folder: projectFolder('panoptes'), run: podctl, base });
    await done(desk.podctl(['build'], { env: { INCLUDE_BASE: 'true' } }));
  }, 600_000);
  afterAll(() => desk.clear());

  it('the utils image stands on the base that was built here', async () => {
    const { stdout } = await engine.run(['image', 'inspect', `panoptes-utils:${desk.tag}`]);
    const [image] = JSON.parse(stdout) as { readonly Config: { readonly Labels: Readonly<Record<string, string>> } }[];
    expect(image?.Config.Labels).toMatchObject({
      'podctl.profile': 'panoptes-utils',
      'podctl.runs-as': String(process.getuid?.()),
    });
  });

  it.each(only(engine, 'docker'))('INCLUDE_BASE=true builds the base again, any other word does not', async () => {
    const yes = await desk.podctl(['build', '--dry-run'], { env: { INCLUDE_BASE: 'true' } });
    expect(yes.stdout).toContain('base.Dockerfile');
    expect(yes.stdout).toContain(`--build-arg image_url=`);
    const no = await desk.podctl(['build', '--dry-run'], { env: { INCLUDE_BASE: 'yes' } });
    expect(no.stdout).not.toContain('base.Dockerfile');
  });

  it('a command goes as one string, and what it writes to the logs belongs to the host user', async () => {
    rmSync(desk.tree.logs, { recursive: true, force: true });
    const ended = await desk.podctl(['utils', '--', ...FILE]);
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    const written = join(desk.tree.logs, 'who');
    expect(statSync(written).uid).toBe(process.getuid?.());
    expect(statSync(desk.tree.logs).uid).toBe(process.getuid?.());
  });

  it.each(only(engine, 'podman'))(
    'the source tree of the host is the one that is used, and the exit code arrives',
    async () => {
      writeFileSync(join(desk.tree.source, 'outcome'), '4\n');
      const ended = await desk.podctl(['run-tests']);
      expect(ended.stdout).toContain('tests ran in /var/panoptes/panoptes-utils');
      expect(ended.code).toBe(4);
      rmSync(join(desk.tree.source, 'outcome'));
    },
  );

  describe('podctl test-image', () => {
    const outcome = (text: string): void => writeFileSync(join(desk.tree.source, 'outcome'), text);

    const outcomes = [
      ['tests that pass', '0', 0],
      ['a failing one', '1', 1],
    ] as const;
    it.each(shareOf(engine, outcomes))('%s', async (_name, text, code) => {
      outcome(text);
      const ended = await desk.podctl(['test-image', '--mount-source']);
      expect(ended.code, ended.stderr).toBe(code);
      expect(ended.stdout).toContain('tests ran in /var/panoptes/panoptes-utils');
      rmSync(join(desk.tree.source, 'outcome'));
      expect(statSync(join(desk.tree.logs, 'tests.log')).uid).toBe(process.getuid?.());
    });

    it.each(only(engine, 'podman'))('killed ones', async () => {
      outcome('wait');
      const ended = desk.podctl(['test-image', '--mount-source']);
      const running = () => containersWith(engine, { labels: ['podctl.profile=panoptes-utils'], running: true });
      await until(async () => (await running()).length > 0);
      await until(() => existsSync(join(desk.tree.logs, 'tests.log')));
      await engine.run(['kill', ...(await running())]);
      expect((await ended).code).toBe(137);
      expect((await ended).stderr).toContain('killed');
      rmSync(join(desk.tree.source, 'outcome'));
    });

    it.each(only(engine, 'docker'))('without --mount-source the copy in the image is tested', async () => {
      outcome('3');
      const ended = await desk.podctl(['test-image']);
      expect(ended, ended.stderr).toMatchObject({ code: 0 });
      rmSync(join(desk.tree.source, 'outcome'));
    });

    it('leaves nothing behind', async () => {
      expect(await containersWith(engine, { labels: ['podctl.profile=panoptes-utils'] })).toEqual([]);
    });
  });

  it.each(only(engine, 'docker'))('podctl shell begins in the folder that is the working directory', async () => {
    const cwd = join(desk.tree.source, 'src', 'panoptes');
    const ended = await desk.podctl(['shell'], { cwd, input: 'pwd; whoami; exit 7\n' });
    expect(ended.stdout).toContain('/var/panoptes/panoptes-utils/src/panoptes\n');
    expect(ended.stdout).toContain('panoptes\n');
    expect(ended.code).toBe(7);
  });

  it.each(only(engine, 'podman'))('podctl shell joins what runs, as the user of the program', async () => {
    const started = await desk.podctl(['utils', '--detach', '--', 'exec', 'sleep', '300']);
    expect(started, started.stderr).toMatchObject({ code: 0 });
    try {
      const cwd = join(desk.tree.source, 'scripts');
      const ended = await desk.podctl(['shell', 'utils'], { cwd, input: 'pwd; id -u; exit 5\n' });
      expect(ended.stderr).toBe('');
      expect(ended.stdout.split('\n')).toEqual(
        expect.arrayContaining(['/var/panoptes/panoptes-utils/scripts', String(process.getuid?.())]),
      );
      expect(ended.code).toBe(5);
    } finally {
      await desk.podctl(['down']);
    }
  });

  describe('a wrong PANDIR is found before anything starts', () => {
    const wrongs: readonly (readonly [string, string | undefined, number, string])[] = [
      ['unset', undefined, 65, 'the variable `PANDIR` is not set'],
      ['empty, which would mount folders of the root', '', 65, 'the variable `PANDIR` is empty'],
      ['relative', 'pan', 65, 'it must be the absolute path of a folder that is there'],
      ['relative, although a folder is there', '..', 65, 'it must be the absolute path of a folder that is there'],
      ['the root, which would mount folders of the root', '/', 65, 'it must be the absolute path'],
      ['missing', '/nonexistent/pan', 65, 'PANDIR'],
      ['another folder', '/usr', 66, 'nothing is at `/usr/panoptes-utils`'],
    ];
    it.each(shareOf(engine, wrongs))('%s', async (_name, PANDIR, code, says) => {
      const ended = await desk.podctl(['utils', '--', 'true'], { env: { PANDIR } });
      expect(ended).toMatchObject({ code, stdout: '' });
      expect(ended.stderr).toContain(says);
    });

    it.each(only(engine, 'podman'))('a source tree without the entrypoint script', async () => {
      const wrong = join(desk.tree.pandir, 'elsewhere');
      mkdirSync(join(wrong, 'panoptes-utils'), { recursive: true });
      const ended = await desk.podctl(['utils', '--', 'true'], { env: { PANDIR: wrong } });
      expect(ended).toMatchObject({ code: 66, stdout: '' });
      expect(ended.stderr).toContain('it has no `resources/docker/entrypoint.sh`');
      expect(existsSync(join(wrong, 'logs'))).toBe(false);
    });
  });

  it.each(only(engine, 'docker'))('an image for another user is refused with the mend', async () => {
    const other = `panoptes-other:${desk.tag}`;
    const containerfile = `FROM panoptes-utils:${desk.tag}\nLABEL podctl.runs-as=4321:4321\n`;
    expect(await engine.run(['build', '--tag', other, '-'], containerfile)).toMatchObject({ code: 0 });
    const ended = await desk.podctl(['utils', '--image', other, '--', 'true']);
    expect(ended).toMatchObject({ code: 69 });
    expect(ended.stderr).toContain('runs as user 4321');
  });
});

describeRootless('panoptes-utils without root', (engine) => {
  it('an image for uid 1000 runs as the host user: keep-id maps the two', async () => {
    const folder = engine.folder('panoptes');
    const base = { busybox: engine.busybox };
    const desk = openDesk(engine, { folder, run: engine.podctl, base });
    try {
      chownSync(desk.tree.pandir, engine.uid, engine.gid);
      // As published: nobody passed the ids of this user.
      await done(desk.podctl(['build', '--only', 'base', '--build-arg', 'userid=1000']));
      await done(desk.podctl(['build', '--only', 'utils']));
      const ended = await desk.podctl(['utils', '--', ...FILE]);
      expect(ended, ended.stderr).toMatchObject({ code: 0 });
      const written = join(desk.tree.logs, 'who');
      expect(statSync(written)).toMatchObject({ uid: engine.uid, gid: engine.gid });
      expect(readFileSync(written, 'utf8')).toBe('1000\n');
    } finally {
      await desk.clear();
    }
  }, 600_000);
});
