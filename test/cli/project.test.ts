import { expect, it } from 'vitest';
import { findProject } from '../../src/cli/project.js';
import { memoryWorld } from '../support/world.js';

it('finds podctl.toml upward', async () => {
  const { world } = memoryWorld({ files: { '/home/ann/sky/podctl.toml': '', '/home/ann/sky/a/b/x': '' } });
  const project = await findProject({ ...world.host, cwd: '/home/ann/sky/a/b' }, world.files);
  expect(project).toMatchObject({ root: '/home/ann/sky', profile: '/home/ann/sky/podctl.toml', id: { name: 'sky' } });
});

it('takes the working directory where no folder has one', async () => {
  const { world } = memoryWorld();
  expect(await findProject(world.host, world.files)).toMatchObject({ root: '/home/ann/sky', profile: null });
});

it('does not take a folder called podctl.toml', async () => {
  const { world } = memoryWorld({ files: { '/home/ann/sky/podctl.toml/x': '' } });
  expect(await findProject(world.host, world.files)).toMatchObject({ profile: null });
});

it('tells clones of one name apart, and a link from nothing', async () => {
  const { world } = memoryWorld({
    files: { '/a/sky/x': '', '/b/sky/x': '' },
    links: { '/link': '/a/sky' },
  });
  const id = async (cwd: string) => (await findProject({ ...world.host, cwd }, world.files)).id;
  expect((await id('/a/sky')).name).toBe('sky');
  expect((await id('/a/sky')).hash).toMatch(/^[0-9a-f]{8}$/);
  expect((await id('/a/sky')).hash).not.toBe((await id('/b/sky')).hash);
  expect(await id('/link')).toEqual(await id('/a/sky'));
});

it.each([
  ['/x/My Project (2)', 'my-project-2'],
  ['/x/ümläut', 'ml-ut'],
  ['/x/---', 'project'],
  ['/', 'root'],
])('%s is called %s', async (cwd, name) => {
  const { world } = memoryWorld({ files: { [`${cwd}/f`]: '' } });
  expect((await findProject({ ...world.host, cwd }, world.files)).id.name).toBe(name);
});

it('says so when the folder is gone', async () => {
  const { world } = memoryWorld();
  await expect(findProject({ ...world.host, cwd: '/nowhere' }, world.files)).rejects.toMatchObject({
    code: 'MISSING_INPUT',
    message: 'the folder `/nowhere` is gone',
  });
});
