import { execFileSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { identify } from '../../src/cli/project.js';
import { formatProject } from '../../src/core/project.js';
import { realFiles } from '../../src/io/files.js';
import { desiStandIn, type EntrypointForm, makeDesiProject } from '../support/desi-stand-in.js';
import { describeEngines, type TestEngine } from '../support/engines.js';
import { freePort, projectFolder, until, untilAnswers } from '../support/machine.js';
import { type Finished, podctl, type Running, startPodctl } from '../support/podctl.js';
import { inTurn, only, shareOf, VIAS } from '../support/soak.js';

/** One project with the demo tree, and the stand-in image in each form of entrypoint. */
type Desk = {
  readonly folder: string;
  readonly env: Record<string, string>;
  readonly images: Record<EntrypointForm, string>;
  readonly clear: () => Promise<void>;
};

describeEngines('the DESI API from its shipped profile', (engine) => {
  let desk: Desk;

  beforeAll(async () => {
    desk = await makeDesk(engine);
  });
  afterAll(() => desk.clear());

  const run = (...args: string[]): Promise<Finished> => podctl(args, { cwd: desk.folder, env: desk.env });
  const start = (...args: string[]): Promise<Running> => startPodctl(args, { cwd: desk.folder, env: desk.env });
  const server = (form: EntrypointForm, port: number, ...more: string[]): string[] => [
    'server',
    '-c',
    'config.toml',
    '--engine',
    engine.name,
    '--image',
    desk.images[form],
    '--port',
    String(port),
    ...more,
  ];
  const clean = (form: EntrypointForm, ...more: string[]): string[] => [
    'clean-cache',
    '--engine',
    engine.name,
    '--image',
    desk.images[form],
    ...more,
  ];

  describe.each(VIAS)('--via %s', (via) => {
    it.each(inTurn(engine, via, 0))(
      'public shows fuji and iron, private shows all, both at once; SIGTERM to podctl stops them, and 143 arrives',
      async () => {
        const [publicPort, privatePort] = [await freePort(), await freePort()];
        const one = await start(...server('shell', publicPort, '-m', 'public', '--via', via));
        const two = await start(...server('exec', privatePort, '-m', 'private', '--via', via));
        try {
          expect(await untilAnswers(`http://127.0.0.1:${publicPort}/cgi-bin/list`)).toBe('fuji\niron\n');
          expect(await untilAnswers(`http://127.0.0.1:${privatePort}/cgi-bin/list`)).toBe('daily\nfuji\niron\njura\n');
          for (const port of [publicPort, privatePort]) {
            expect(await untilAnswers(`http://127.0.0.1:${port}/args`)).toBe('server\n-c\n/config/config.toml\n');
          }
          const daily = await fetch(`http://127.0.0.1:${publicPort}/desi/spectro/redux/daily/spectra.txt`);
          expect(daily.status).toBe(404);
        } finally {
          const ended = await Promise.all([one.end('SIGTERM'), two.end('SIGTERM')]);
          expect(ended.map(({ code }) => code)).toEqual([143, 143]);
        }
        expect(await containersOf(engine, desk.folder)).toEqual([]);
      },
    );

    const forms = [
      ['shell', 0],
      ['exec', 3],
    ] as const;
    it.each(inTurn(engine, via, 1).flatMap(() => forms))(
      'an image with %s-form entrypoint receives exactly the arguments, and its exit code %i arrives',
      async (form, code) => {
        const ended = await run(...clean(form, '--via', via, '--env', `CODE=${code}`));
        expect(ended).toMatchObject({ code, stdout: 'clean_cache\n-c\n/config/config.toml\n' });
      },
    );

    it.each(inTurn(engine, via, 2))('after SIGKILL of podctl the next start works', async () => {
      const port = await freePort();
      const killed = await start(...server('exec', port, '--via', via));
      await untilAnswers(`http://127.0.0.1:${port}/args`);
      killed.signal('SIGKILL');
      // Its end alone: the engine's own program lives on and holds the output open.
      await until(() => !isAlive(killed.pid));
      // The abandoned container still answers, so another one must be waited for.
      const [abandoned = ''] = await containersOf(engine, desk.folder);
      expect(abandoned).not.toBe('');
      const again = await start(...server('exec', port, '--via', via));
      try {
        await until(async () => {
          const [id = abandoned] = await containersOf(engine, desk.folder);
          return id !== abandoned;
        });
        expect(await untilAnswers(`http://127.0.0.1:${port}/args`)).toBe('server\n-c\n/config/config.toml\n');
      } finally {
        await again.end('SIGTERM');
      }
      expect(await containersOf(engine, desk.folder)).toEqual([]);
    });

    it.each(only(engine, 'docker').flatMap(() => inTurn(engine, via, 3)))(
      '--detach prints the id and the URL; a second start says that it runs; labels say whose it is; down removes it',
      async () => {
        const port = await freePort();
        const started = await run(...server('exec', port, '--detach', '--via', via));
        expect(started).toMatchObject({ code: 0 });
        expect(started.stdout).toMatch(/^[0-9a-f]{12,64}\n/);
        expect(started.stdout).toContain(`http://127.0.0.1:${port}`);
        const second = await run(...server('exec', port, '--detach', '--via', via));
        expect(second.code).toBe(73);
        expect(second.stderr).toContain('already runs');
        expect(second.stderr).toContain(`127.0.0.1:${port}`);
        expect(second.stderr).toContain('podctl stop');
        const [id = ''] = await containersOf(engine, desk.folder);
        const inspected = await engine.run(['inspect', '--format', '{{json .Config.Labels}}', id]);
        expect(JSON.parse(inspected.stdout)).toMatchObject({ 'podctl.profile': 'desi-api', 'podctl.mode': 'public' });
        const listed = JSON.parse((await run('ps', '--json', '--engine', engine.name)).stdout) as { podctl: number };
        expect(listed.podctl).toBe(1);
        expect((await run('logs', '--engine', engine.name)).code).toBe(0);
        expect((await run('exec', 'server', '--engine', engine.name, '--', 'cat', '/www/args')).stdout).toBe(
          'server\n-c\n/config/config.toml\n',
        );
        expect((await run('stop', '--engine', engine.name)).code).toBe(0);
        expect((await run('start', '--engine', engine.name)).code).toBe(0);
        expect(await untilAnswers(`http://127.0.0.1:${port}/args`)).toContain('server');
        expect((await run('restart', '--engine', engine.name)).code).toBe(0);
        expect(await untilAnswers(`http://127.0.0.1:${port}/args`)).toContain('server');
        expect((await run('down', '--engine', engine.name)).code).toBe(0);
        expect(await containersOf(engine, desk.folder)).toEqual([]);
      },
    );
  });

  it.each(only(engine, 'docker'))(
    'an entrypoint that takes only its first argument is refused with the mend',
    async () => {
      const refused = await run(...server('first', await freePort()));
      expect(refused.code).toBe(69);
      expect(refused.stderr).toContain('$1');
      expect(refused.stderr).toContain('hint:');
      expect(await containersOf(engine, desk.folder)).toEqual([]);
    },
  );

  const silences: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
    ['only inside the container', { LISTEN: '127.0.0.1:5000' }, '127.0.0.1'],
    ['on another port', { LISTEN: '0.0.0.0:8081' }, '8081'],
  ];
  it.each(shareOf(engine, silences))(
    'a server that listens %s is found out',
    async (_what, env, told) => {
      const port = await freePort();
      const variables = Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
      // It would be given longer to open its own port.
      const hasty = join(desk.folder, 'hasty.toml');
      writeFileSync(hasty, 'extends = "desi-api"\n[container.ready]\nport = "http"\ntimeout = "2s"\n');
      const silent = await run(...server('exec', port, '--profile', hasty, '--detach', ...variables));
      try {
        expect(silent.code, silent.stderr).toBe(75);
        expect(silent.stderr).toContain(told);
        expect(silent.stderr).toContain('hint:');
      } finally {
        await run('down', '--engine', engine.name);
      }
    },
    300_000,
  );

  it.each(only(engine, 'docker'))(
    'a release that is a link to a private one is refused, and nothing starts',
    async () => {
      const folder = projectFolder('desi-link');
      const { redux } = makeDesiProject(folder.path);
      execFileSync('mv', [join(redux, 'iron'), join(redux, 'moved')]);
      symlinkSync('daily', join(redux, 'iron'));
      try {
        const options = { cwd: folder.path, env: { ...desk.env, DESI_SPECTRO_REDUX: redux } };
        const refused = await podctl(server('exec', await freePort(), '-m', 'public'), options);
        expect(refused.code).toBe(77);
        expect(refused.stderr).toContain('daily');
        expect((await podctl(['audit', '-m', 'public', '--engine', engine.name], options)).code).toBe(77);
        expect(await containersOf(engine, folder.path)).toEqual([]);
      } finally {
        folder.clear();
      }
    },
  );

  it.each(only(engine, 'podman'))('a taken port is named with its holder before anything starts', async () => {
    const port = await freePort();
    const first = await start(...server('exec', port, '-m', 'public'));
    try {
      await untilAnswers(`http://127.0.0.1:${port}/args`);
      const second = await run(...server('exec', port, '-m', 'private'));
      expect(second.code).toBe(73);
      expect(second.stderr).toContain(String(port));
    } finally {
      await first.end('SIGTERM');
    }
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function makeDesk(engine: TestEngine): Promise<Desk> {
  const folder = projectFolder(`desi-${engine.name}`);
  const { redux } = makeDesiProject(folder.path);
  const build = async (form: EntrypointForm): Promise<string> => {
    const { containerfile, files } = desiStandIn(engine.busybox, form);
    return engine.build({ name: `desi-${form}`, containerfile, files });
  };
  const images = { shell: await build('shell'), exec: await build('exec'), first: await build('first') };
  const env = { ...engine.env, DESI_SPECTRO_REDUX: redux, XDG_STATE_HOME: join(folder.path, 'state') };
  const clear = async (): Promise<void> => {
    await until(async () => (await containersOf(engine, folder.path)).length === 0, 15_000).catch(() => undefined);
    for (const id of await containersOf(engine, folder.path)) await engine.run(['rm', '--force', id]);
    folder.clear();
  };
  return { folder: folder.path, env, images, clear };
}

/** Ids of the containers, stopped ones too, that podctl made for the project in this folder. */
async function containersOf(engine: TestEngine, folder: string): Promise<string[]> {
  const label = `podctl.project=${formatProject(await identify(folder, realFiles()))}`;
  const listed = await engine.run(['ps', '--all', '--quiet', '--no-trunc', '--filter', `label=${label}`]);
  return listed.stdout.split('\n').filter((id) => id !== '');
}
