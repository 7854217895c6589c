import { chownSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeEngines, describeRootless, type TestEngine } from '../support/engines.js';
import { projectFolder } from '../support/machine.js';
import { podctl } from '../support/podctl.js';

/** A profile whose command writes one file through a bind; `user` decides whose it is. */
function profile(image: string, user: string): string {
  const [name = '', tag = ''] = image.split(/:(?=[^:]*$)/);
  return `name = "owner"

[images.box]
name = "${name}"
tag = "${tag}"
pull = "never"

[container]
image = "box"
${user === '' ? '' : `user = "${user}"`}

[container.mounts.out]
type = "bind"
source = "{project}/out"
target = "/out"

[commands.write]
about = "Write a file"
args = ["sh", "-c", "id -u > /out/file"]
`;
}

function layOut(folder: string, text: string, owner?: { readonly uid: number; readonly gid: number }): void {
  writeFileSync(join(folder, 'podctl.toml'), text);
  mkdirSync(join(folder, 'out'));
  if (owner !== undefined) chownSync(join(folder, 'out'), owner.uid, owner.gid);
}

/** An image that runs as a fixed user, as panoptes' does. */
async function imageOf(engine: TestEngine, user: string): Promise<string> {
  const containerfile = `FROM ${engine.busybox}\n${user === '' ? '' : `USER ${user}\n`}`;
  return engine.build({ name: user === '' ? 'owner-root' : `owner-${user}`, containerfile });
}

describeEngines('who owns what a container writes', (engine) => {
  it('user = "host" on a rootful engine: the file belongs to the user who ran podctl', async () => {
    const folder = projectFolder('owner');
    try {
      layOut(folder.path, profile(await imageOf(engine, '1000'), 'host'));
      const ended = await podctl(['write', '--engine', engine.name], { cwd: folder.path, env: engine.env });
      expect(ended).toMatchObject({ code: 0 });
      expect(statSync(join(folder.path, 'out/file')).uid).toBe(process.getuid?.());
    } finally {
      folder.clear();
    }
  });
});

describeRootless('who owns what a rootless container writes', (engine) => {
  it.each([
    ['an image that runs as root', ''],
    ['an image that runs as 1000', '1000'],
  ])('user = "host", %s: the file belongs to the user, not to a subuid', async (_title, imageUser) => {
    const folder = engine.folder('owner');
    try {
      layOut(folder.path, profile(await imageOf(engine, imageUser), 'host'), engine);
      const ended = await engine.podctl(['write', '--engine', 'podman'], { cwd: folder.path });
      expect(ended).toMatchObject({ code: 0 });
      const file = statSync(join(folder.path, 'out/file'));
      expect({ uid: file.uid, gid: file.gid }).toEqual({ uid: engine.uid, gid: engine.gid });
    } finally {
      folder.clear();
    }
  });

  it('explain says which rule chose it', async () => {
    const folder = engine.folder('owner');
    try {
      layOut(folder.path, profile(await imageOf(engine, '1000'), 'host'), engine);
      const told = await engine.podctl(['explain', 'write', '--engine', 'podman'], { cwd: folder.path });
      expect(told).toMatchObject({ code: 0 });
      expect(told.stdout).toContain('--userns');
      expect(told.stdout).toContain('keep-id');
    } finally {
      folder.clear();
    }
  });
});
