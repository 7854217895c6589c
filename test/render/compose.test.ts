import { describe, expect, it } from 'vitest';
import { type ComposeAction, type ComposeWay, renderCompose } from '../../src/render/argv/compose.js';
import { renderComposeLabels } from '../../src/render/compose-labels.js';

const way: ComposeWay = {
  provider: { words: ['docker', 'compose'], kind: 'compose-v2', version: '2.26.1' },
  project: 'shop-1a2b3c4d',
  files: ['/p/compose.yaml', '/p/compose.override.yml'],
  envFiles: [],
  profiles: [],
};
const HEAD = ['--project-name', 'shop-1a2b3c4d', '--file', '/p/compose.yaml', '--file', '/p/compose.override.yml'];
const argv = (action: ComposeAction, more: Partial<ComposeWay> = {}) =>
  renderCompose({ ...way, ...more }, action).map(({ text }) => text);
const v1 = { provider: { words: ['docker-compose'], kind: 'compose-v1', version: '1.29.2' } } as const;
const podmanCompose = { provider: { words: ['podman-compose'], kind: 'podman-compose', version: '1.0.3' } } as const;
const wrapper = { provider: { words: ['podman', 'compose'], kind: 'podman-compose', version: '1.0.6' } } as const;
const nerdctl = { provider: { words: ['nerdctl', 'compose'], kind: 'nerdctl compose', version: '1.7.6' } } as const;
const up = { verb: 'up', services: ['mysql', 'minio'], detach: true, build: true, pull: true } as const;
const run = {
  verb: 'run',
  service: 'app',
  command: ['pytest', '-x'],
  tty: false,
  entrypoint: 'bash',
  user: '1000',
  workdir: '/src',
  env: ['A=b', 'TOKEN'],
  noDeps: true,
} as const;

describe('each verb, by provider', () => {
  it.each<[name: string, action: ComposeAction, more: Partial<ComposeWay>, words: readonly string[], argv: string[]]>([
    ['up', up, {}, ['docker', 'compose'], ['up', '--detach', '--build', '--pull', 'always', 'mysql', 'minio']],
    ['up v1', up, v1, ['docker-compose'], ['up', '--detach', '--build', 'mysql', 'minio']],
    ['up pc', up, podmanCompose, ['podman-compose'], ['up', '--detach', '--build', 'mysql', 'minio']],
    ['up wrapper', up, wrapper, ['podman', 'compose'], ['up', '--detach', '--build', 'mysql', 'minio']],
    ['up nerdctl', up, nerdctl, ['nerdctl', 'compose'], ['up', '--detach', '--build', 'mysql', 'minio']],
    ['up all', { ...up, services: [], detach: false, build: false, pull: false }, {}, ['docker', 'compose'], ['up']],
    ['down', { verb: 'down', removeOrphans: true }, {}, ['docker', 'compose'], ['down', '--remove-orphans']],
    ['down pc', { verb: 'down', removeOrphans: true }, podmanCompose, ['podman-compose'], ['down']],
    ['pull', { verb: 'pull', services: ['a'] }, v1, ['docker-compose'], ['pull', 'a']],
    ['start', { verb: 'start', services: ['a'] }, {}, ['docker', 'compose'], ['start', 'a']],
    [
      'stop',
      { verb: 'stop', services: ['a'], timeout: 1500 },
      {},
      ['docker', 'compose'],
      ['stop', '--timeout', '2', 'a'],
    ],
    ['restart', { verb: 'restart', services: [], timeout: null }, v1, ['docker-compose'], ['restart']],
    [
      'build',
      { verb: 'build', services: ['app'], pull: true, noCache: true },
      {},
      ['docker', 'compose'],
      ['build', '--pull', '--no-cache', 'app'],
    ],
    [
      'logs',
      { verb: 'logs', services: ['a', 'b'], follow: true, tail: 20 },
      podmanCompose,
      ['podman-compose'],
      ['logs', '--follow', '--tail', '20', 'a', 'b'],
    ],
    [
      'run',
      run,
      {},
      ['docker', 'compose'],
      [
        'run',
        '--rm',
        '-T',
        '--no-deps',
        '--entrypoint',
        'bash',
        '--user',
        '1000',
        '--workdir',
        '/src',
        '-e',
        'A=b',
        '-e',
        'TOKEN',
        'app',
        'pytest',
        '-x',
      ],
    ],
    [
      'run with a terminal',
      { ...run, tty: true, entrypoint: null, user: null, workdir: null, env: [], noDeps: false, command: [] },
      v1,
      ['docker-compose'],
      ['run', '--rm', 'app'],
    ],
    [
      'run nerdctl',
      { ...run, entrypoint: null, user: null, workdir: null, env: [], noDeps: false },
      nerdctl,
      ['nerdctl', 'compose'],
      ['run', '--rm', '--interactive=false', 'app', 'pytest', '-x'],
    ],
    ['watch', { verb: 'watch', services: [] }, {}, ['docker', 'compose'], ['watch']],
    ['config', { verb: 'config', json: true, services: [] }, {}, ['docker', 'compose'], ['config', '--format', 'json']],
    ['config v1', { verb: 'config', json: true, services: [] }, v1, ['docker-compose'], ['config']],
  ])('%s', (_name, action, more, words, expected) => {
    expect(argv(action, more)).toEqual([...words, ...HEAD, ...expected]);
  });

  it('names env files and profiles before the verb', () => {
    expect(argv({ verb: 'start', services: [] }, { envFiles: ['/p/x.env'], profiles: ['debug', 'tools'] })).toEqual([
      'docker',
      'compose',
      ...HEAD,
      '--env-file',
      '/p/x.env',
      '--profile',
      'debug',
      '--profile',
      'tools',
      'start',
    ]);
  });

  it('never answers yes for the user', () => {
    const all = [up, run, { verb: 'down', removeOrphans: true } as const].flatMap((action) => argv(action));
    expect(all.filter((word) => word === '-y' || word === '--yes')).toEqual([]);
  });
});

it('labels what is made, and nothing of others', () => {
  const service = (name: string) => ({ name }) as never;
  const thing = (key: string, external: boolean) => [key, { key, name: null, external }] as const;
  const model = {
    services: { web: service('web'), db: service('db') },
    networks: Object.fromEntries([thing('default', false), thing('theirs', true)]),
    volumes: Object.fromEntries([thing('theirs', true)]),
  };
  const text = renderComposeLabels({ model, version: '3.9', labels: { 'podctl.project': 'shop-1a2b3c4d' } });
  const labels = { labels: { 'podctl.project': 'shop-1a2b3c4d' } };
  expect(JSON.parse(text)).toEqual({
    version: '3.9',
    services: { db: labels, web: labels },
    networks: { default: labels },
  });
});
