import { chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tryRun } from '../setup/command.mjs';
import { describeEngines, describeRootless, type TestEngine } from '../support/engines.js';
import { projectFolder } from '../support/machine.js';
import { describeProviders } from '../support/providers.js';

const CONTAINERFILE = (base: string): string => `FROM ${base}\nCOPY hello /hello\nENTRYPOINT ["/hello"]\n`;
const PROGRAM = { 'compose-v1': 'docker-compose', 'podman-compose': 'podman-compose' } as const;
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

describeProviders('the set-up', ({ name, engine, version, env }) => {
  it('finds what runs compose files', async () => {
    const folder = projectFolder('providers');
    try {
      const compose = `services:\n  a:\n    image: ${engine.busybox}\n`;
      writeFileSync(join(folder.path, 'compose.yaml'), name === 'compose-v1' ? `version: '3.9'\n${compose}` : compose);
      // podman-compose 1.0.3 has no `config`.
      const asked = name === 'podman-compose' ? 'ps' : 'config';
      const argv = name === 'compose-v2' ? ['docker', 'compose', asked] : [PROGRAM[name], asked];
      expect(await tryRun(argv, { cwd: folder.path, env })).toMatchObject({ code: 0 });
      expect(version).toMatch(name === 'compose-v2' ? /^2\./ : /^1\./);
    } finally {
      folder.clear();
    }
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
