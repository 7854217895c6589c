import { chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeEngines, describeRootless, type TestEngine } from '../support/engines.js';

const CONTAINERFILE = (base: string): string => `FROM ${base}\nCOPY hello /hello\nENTRYPOINT ["/hello"]\n`;
const FILES = { hello: '#!/bin/sh\necho "hello $*"\nexit 3\n' };

const hello = (engine: TestEngine): Promise<string> =>
  engine.build({ name: 'hello', containerfile: CONTAINERFILE(engine.busybox), files: FILES });

describeEngines('the set-up', (engine) => {
  it('builds an image from inline files once, and runs it', async () => {
    const image = await hello(engine);
    const before = await engine.run(['image', 'inspect', '--format', '{{.Id}}', image]);
    expect(await hello(engine)).toBe(image);
    expect(await engine.run(['image', 'inspect', '--format', '{{.Id}}', image])).toEqual(before);
    expect(await engine.run(['run', '--rm', image, 'a b'])).toEqual({ code: 3, stdout: 'hello a b\n', stderr: '' });
  });

  it('removes what carries a label, and nothing else', async () => {
    const create = (value: string): Promise<unknown> =>
      engine.run(['create', '--name', `podctl-clear-${value}`, '--label', `podctl-clear=${value}`, engine.busybox]);
    const left = async (): Promise<string[]> => {
      const listed = await engine.run(['ps', '--all', '--filter', 'label=podctl-clear', '--format', '{{.Names}}']);
      return listed.stdout.split('\n').filter((name) => name !== '');
    };
    await create('one');
    await create('two');
    await engine.clear('podctl-clear=one');
    expect(await left()).toEqual(['podctl-clear-two']);
    await engine.clear('podctl-clear');
    expect(await left()).toEqual([]);
  });
});

describeRootless('the set-up', (engine) => {
  it('runs containers of a user that is root inside and itself outside', async () => {
    const folder = engine.folder('rootless');
    try {
      writeFileSync(join(folder.path, 'owned'), '');
      chownSync(join(folder.path, 'owned'), engine.uid, engine.gid);
      const mount = `type=bind,src=${folder.path},target=/here`;
      const seen = await engine.run([
        'run',
        '--rm',
        '--mount',
        mount,
        engine.busybox,
        'stat',
        '-c',
        '%u %g',
        '/here/owned',
      ]);
      expect(seen).toMatchObject({ code: 0, stdout: '0 0\n' });
    } finally {
      folder.clear();
    }
  });

  it('runs podctl as that user', async () => {
    const folder = engine.folder('rootless');
    try {
      const said = await engine.podctl(['--version'], { cwd: folder.path });
      expect(said).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
    } finally {
      folder.clear();
    }
  });
});
