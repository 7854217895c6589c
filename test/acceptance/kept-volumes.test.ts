import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { identify } from '../../src/cli/project.js';
import { formatProject } from '../../src/core/project.js';
import { openVolumeStore } from '../../src/engine/clean/volume-store.js';
import { wayTo } from '../../src/engine/clean/volume-way.js';
import { makeObserver } from '../../src/engine/observe.js';
import { realProcesses } from '../../src/engine/process.js';
import { realFiles } from '../../src/io/files.js';
import type { VolumeFacts } from '../../src/spec/facts.js';
import { type Desk, LABEL, openDesk, uniqueName } from '../engine/real.js';
import { describeEngines, describeRootless, type TestEngine } from '../support/engines.js';
import { done } from '../support/podctl.js';
import { SOAK } from '../support/soak.js';

// A folder of MySQL's, a program that changes its user, two names of one file, a link, a pipe, a long name, nothing, and a hole.
const CONTENT = `
  mkdir -p /v/d/inner && echo hi > /v/d/f && chown 999:998 /v/d/f && chmod 4750 /v/d/f
  ln -s d/f /v/link && ln -s /etc/passwd /v/away && ln /v/d/f /v/second && mkfifo /v/pipe
  touch /v/empty "/v/with space and ünïcode" "/v/$(printf %0200d 7)"
  dd if=/dev/zero of=/v/hole bs=1 count=1 seek=5000000 2>/dev/null
  chmod 0 /v/empty && chown 33:44 /v/d/inner && chmod 1777 /v/d/inner && chown 999:999 /v && chmod 750 /v`;
const LOOK = `cd /v && find . | sort | while read -r f; do
  stat -c '%n %f %u %g %h %s' "$f"; if [ -f "$f" ]; then md5sum < "$f"; fi; readlink "$f" || true
done`;

describeEngines('what is in a named volume', (engine) => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await openDesk(engine);
  });
  afterAll(async () => {
    await engine.clear(LABEL);
    desk.clear();
  });

  const facts = async (name: string): Promise<VolumeFacts> => {
    const volume = await makeObserver(desk.found, { host: desk.host }).volume(name);
    if (volume === null) throw new Error(`no volume ${name}`);
    return volume;
  };
  const inside = async (volume: string, script: string): Promise<string> => {
    const mount = ['--volume', `${volume}:/v`, '--label', LABEL];
    const words = ['run', '--rm', '--network', 'none', ...mount, engine.busybox, 'sh', '-ec', script];
    const { code, stdout, stderr } = await engine.run(words);
    if (code !== 0) throw new Error(stderr);
    return stdout;
  };
  const make = async (): Promise<string> => {
    const name = uniqueName();
    await engine.run(['volume', 'create', '--label', LABEL, name]);
    return name;
  };

  // On docker in every run by the way that podman does not need.
  const ways = engine.name === 'podman' ? (['tar'] as const) : SOAK ? (['tar', 'copy'] as const) : (['copy'] as const);
  describe.each(ways)('by %s', (way) => {
    // Whoever is not root leaves the work to docker.
    const store = () => openVolumeStore(desk.found, LABEL, { host: hostFor(desk, way), files: realFiles() });

    it('comes back in a new volume as it was, for containers that were never there before', async () => {
      const [old, made] = [await make(), await make()];
      await inside(old, CONTENT);
      const volume = await facts(old);
      const host = hostFor(desk, way);
      expect(await wayTo(volume, desk.found, { host, files: realFiles(), run: realProcesses(host).run })).toMatchObject(
        {
          kind: way,
        },
      );
      const at = join(desk.folder, `${old}.tar`);
      const { bytes } = await store().keep(volume, at);
      expect(bytes).toBeGreaterThan(0);
      expect(readdirSync(desk.folder).filter((name) => name.startsWith(old))).toEqual([
        `${old}.tar`,
        `${old}.tar.sha256`,
      ]);
      // As undo has it: where the engine puts a volume is not written down.
      const written = { ...(await facts(made)), mountpoint: undefined };
      const { fill } = store();
      await fill(written, at);
      expect(await inside(made, LOOK)).toBe(await inside(old, LOOK));
      expect(await left(engine)).toBe('');
    });

    it('is never brought back from an archive that changed, and never half', async () => {
      const [old, made] = [await make(), await make()];
      await inside(old, 'echo hi > /v/f');
      const at = join(desk.folder, `${old}.tar`);
      await store().keep(await facts(old), at);
      writeFileSync(at, 'x', { flag: 'a' });
      await expect(store().fill(await facts(made), at)).rejects.toMatchObject({ code: 'BAD_DATA' });
      expect(await inside(made, 'ls /v')).toBe('');
    });
  });

  it('leaves nothing that counts when it cannot be read to its end', async () => {
    const volume = await facts(await make());
    const at = join(desk.folder, 'failed.tar');
    const host = { ...desk.host, env: { ...desk.host.env, PATH: '/nonexistent' } };
    await expect(
      openVolumeStore(desk.found, LABEL, { host, files: realFiles() }).keep(volume, at),
    ).rejects.toMatchObject({ name: 'PodctlError' });
    expect(existsSync(at)).toBe(false);
  });
});

describeRootless('what is in a named volume', (engine) => {
  it('goes with a prune and comes back with undo, its owners those that the containers see', async () => {
    const folder = engine.folder('kept');
    const name = uniqueName();
    const options = { cwd: folder.path, env: { XDG_STATE_HOME: `${folder.path}/state` } };
    const inside = async (script: string): Promise<string> => {
      const words = ['run', '--rm', '--network', 'none', '--volume', `${name}:/v`, engine.busybox, 'sh', '-ec', script];
      const { code, stdout, stderr } = await engine.run(words);
      if (code !== 0) throw new Error(stderr);
      return stdout;
    };
    try {
      const files = realFiles();
      const label = `podctl.project=${formatProject(await identify(folder.path, files))}`;
      await engine.run(['volume', 'create', '--label', label, name]);
      await inside(CONTENT);
      const before = await inside(LOOK);
      await done(engine.podctl(['prune', '--engine', 'podman', '--volumes', name, '--yes'], options));
      expect((await engine.run(['volume', 'inspect', name])).code).not.toBe(0);
      await done(engine.podctl(['undo', '--engine', 'podman'], options));
      expect(await inside(LOOK)).toBe(before);
    } finally {
      await engine.run(['volume', 'rm', '--force', name]);
      folder.clear();
    }
  });
});

function hostFor({ host }: Desk, way: 'tar' | 'copy') {
  return way === 'tar' ? host : { ...host, uid: 1000, gid: 1000 };
}

// Nothing of what was made for the copying stays: neither container nor image.
async function left(engine: TestEngine): Promise<string> {
  const filter = ['--filter', `label=podctl.project=${LABEL}`];
  const containers = await engine.run(['ps', '--all', '--quiet', ...filter]);
  const images = await engine.run(['images', '--quiet', ...filter]);
  return containers.stdout + images.stdout;
}
