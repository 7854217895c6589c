import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/core/secret.js';
import { renderRun } from '../../src/render/argv/run.js';
import { argv, ENGINES, mount, port, refusalOf, spec, wayOf } from './desk.js';

const OPTIONS = { shape: { detach: false, remove: true }, envFile: '/run/env', inlineEnv: ['KEY'] } as const;

describe('how a run starts', () => {
  test('attached, kept', () => {
    expect(argv('docker', spec())).toEqual(['docker', 'run', '--detach=false', 'app:1']);
  });
  test('attached, removed at its end', () => {
    expect(argv('docker', spec(), { shape: { detach: false, remove: true } })).toEqual([
      'docker',
      'run',
      '--detach=false',
      '--rm',
      'app:1',
    ]);
  });
  test('detached', () => {
    expect(argv('podman', spec(), { shape: { detach: true, remove: false } })).toEqual([
      'podman',
      'run',
      '--detach',
      'app:1',
    ]);
  });
  test('created only: there is nothing to attach to', () => {
    expect(argv('docker', spec(), { verb: 'create', shape: { detach: true, remove: true } })).toEqual([
      'docker',
      'create',
      '--rm',
      'app:1',
    ]);
  });
  test('program and global options stand first', () => {
    expect(argv('docker', spec(), { program: '/opt/docker', globals: ['--host', 'tcp://10.0.0.1:2375'] })).toEqual([
      '/opt/docker',
      '--host',
      'tcp://10.0.0.1:2375',
      'run',
      '--detach=false',
      'app:1',
    ]);
  });
});

describe('tokens know where they come from', () => {
  const full = spec({
    name: 'web',
    labels: { 'podctl.mode': 'public' },
    env: [{ name: 'KEY', value: new Secret('a\nb') }],
    mounts: [mount({ key: 'release/fuji' })],
    ports: [port()],
    resources: { ...spec().resources, memory: 1024, ulimits: [{ name: 'core', soft: 0, hard: 0 }] },
    entrypoint: ['python', '-m'],
    args: ['server'],
    dns: ['192.0.2.1'],
    extraHosts: { db: '10.0.0.2' },
  });

  test('every token, in the canonical order', () => {
    const tokens = renderRun(full, { ...wayOf('docker'), globals: ['--context', 'x'], ...OPTIONS });
    expect(tokens.map(({ text, at }) => [text, at])).toEqual([
      ['docker', 'rule/program'],
      ['--context', 'rule/connection'],
      ['x', 'rule/connection'],
      ['run', 'rule/verb'],
      ['--detach=false', 'rule/attached'],
      ['--rm', 'rule/remove'],
      ['--name', 'name'],
      ['web', 'name'],
      ['--label', 'labels/podctl.mode'],
      ['podctl.mode=public', 'labels/podctl.mode'],
      ['--entrypoint', 'entrypoint'],
      ['python', 'entrypoint'],
      ['--env-file', 'env'],
      ['/run/env', 'env'],
      ['--env', 'env/KEY'],
      ['KEY', 'env/KEY'],
      ['--mount', 'mounts/release/fuji'],
      ['type=bind,src=/srv/data,target=/data', 'mounts/release/fuji'],
      ['-p', 'ports/http'],
      ['127.0.0.1:5000:5000', 'ports/http'],
      ['--memory', 'resources/memory'],
      ['1k', 'resources/memory'],
      ['--ulimit', 'resources/ulimits/core'],
      ['core=0:0', 'resources/ulimits/core'],
      ['--add-host', 'extraHosts/db'],
      ['db:10.0.0.2', 'extraHosts/db'],
      ['--dns', 'dns/0'],
      ['192.0.2.1', 'dns/0'],
      ['app:1', 'image'],
      ['-m', 'entrypoint'],
      ['server', 'args/0'],
    ]);
  });

  test('a detached run says so', () => {
    const [, , third] = renderRun(full, { ...wayOf('podman'), ...OPTIONS, shape: { detach: true, remove: false } });
    expect(third).toEqual({ text: '--detach', at: 'rule/detached' });
  });

  test('no value of a variable is in any argv', () => {
    for (const engine of ENGINES) {
      const secret = spec({
        env: [
          { name: 'A', value: new Secret('canary-1') },
          { name: 'B', value: new Secret('canary\n2') },
        ],
      });
      expect(JSON.stringify(argv(engine, secret))).not.toContain('canary');
    }
  });
});

test('GPUs that no engine understands are an error', () => {
  expect(refusalOf(() => argv('docker', spec({ gpus: 'some' })))).toEqual([
    'BAD_DATA',
    '`some` does not say which GPUs',
    'write all, a count, or device=ID with an ID or index of nvidia-smi, for instance device=0,1',
  ]);
});
