import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { uniqueName } from '../engine/real.js';
import { tryRun } from '../setup/command.mjs';
import { describeEngines } from '../support/engines.js';
import { type Folder, projectFolder } from '../support/machine.js';
import { podctl } from '../support/podctl.js';
import { type Registry, startRegistry } from '../support/registry.js';

const BIN = fileURLToPath(new URL('../../bin/podctl.cjs', import.meta.url));

describeEngines('an image for another machine', (engine) => {
  let folder: Folder;
  let registry: Registry;
  let local: string;
  let remote: string;
  let env: Record<string, string>;

  beforeAll(async () => {
    folder = projectFolder('architecture');
    registry = await startRegistry(folder.path);
    const conf = join(folder.path, 'registries.conf');
    writeFileSync(conf, `[[registry]]\nlocation = "${registry.address}"\ninsecure = true\n`);
    env = { ...engine.env, CONTAINERS_REGISTRIES_CONF: conf };
    process.env['CONTAINERS_REGISTRIES_CONF'] = conf;
    local = `localhost/podctl-test/${uniqueName()}:1`;
    remote = `${registry.address}/foreign:1`;
    writeFileSync(join(folder.path, 'Dockerfile'), 'FROM scratch\nCOPY Dockerfile /v\n');
    for (const args of [
      ['build', '--platform', 'linux/s390x', '--tag', local, folder.path],
      ['tag', local, remote],
      ['push', remote],
      ['image', 'rm', remote],
    ]) {
      const ran = await engine.run(args);
      if (ran.code !== 0) throw new Error(`${args.join(' ')}: ${ran.stderr}`);
    }
  }, 300_000);

  afterAll(async () => {
    delete process.env['CONTAINERS_REGISTRIES_CONF'];
    await engine.run(['image', 'rm', '--force', local, remote]);
    registry.stop();
    folder.clear();
  });

  function write(image: string): void {
    const [name, tag] = image.split(/:(\w+)$/);
    const text = `name = "n"\nimages.app = { name = "${name}", tag = "${tag}" }\ncontainer.image = "app"\n[commands.say]\nargs = ["/v"]\n`;
    writeFileSync(join(folder.path, 'podctl.toml'), text);
  }

  it('that is here is not started, also not in a plan', async () => {
    write(local);
    for (const more of [[], ['--dry-run']]) {
      const ran = await podctl(['say', '--engine', engine.name, ...more], { cwd: folder.path, env });
      expect(ran).toMatchObject({ code: 69, stdout: '' });
      expect(ran.stderr).toBe(
        `error: the image \`${local}\` is made for \`s390x\`, and this engine runs \`amd64\`\n` +
          'hint: build or pull it for this machine, or install emulation (binfmt with qemu)\n',
      );
    }
  });

  it('that is in its registry is not pulled', async () => {
    write(remote);
    const ran = await podctl(['say', '--engine', engine.name], { cwd: folder.path, env });
    expect(ran).toMatchObject({ code: 69, stdout: '' });
    expect(ran.stderr).toBe(
      `error: the image \`${remote}\` is made for \`linux/s390x\`, and this engine runs \`amd64\`\n` +
        'hint: take an image for this machine, or install emulation (binfmt with qemu)\n',
    );
    expect((await engine.run(['image', 'inspect', remote])).code).not.toBe(0);
  });

  // In a mount namespace of its own, so that nobody else on this machine sees the handler.
  it('is no trouble where the kernel emulates that machine', async () => {
    write(local);
    const see = (state: string) =>
      `mount -t tmpfs none /proc/sys/fs/binfmt_misc && echo ${state} > /proc/sys/fs/binfmt_misc/qemu-s390x && exec "$@"`;
    const run = (state: string) =>
      tryRun(
        [
          'unshare',
          '--mount',
          'sh',
          '-c',
          see(state),
          'sh',
          process.execPath,
          BIN,
          'say',
          '--engine',
          engine.name,
          '--dry-run',
        ],
        { cwd: folder.path, env: { ...env, XDG_STATE_HOME: join(folder.path, '.state') } },
      );
    const emulated = await run('enabled');
    expect(emulated.code, emulated.stderr).toBe(0);
    expect(emulated.stdout).toContain(local);
    expect((await run('disabled')).code).toBe(69);
  });
});
