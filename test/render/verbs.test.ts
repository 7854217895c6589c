import { expect, test } from 'vitest';
import {
  type LifecycleAction,
  renderInspect,
  renderLifecycle,
  renderList,
  renderVolumeCreate,
  renderVolumeRemove,
} from '../../src/render/argv/verbs.js';
import { argvOf } from '../../src/render/argv/way.js';
import { ENGINES, wayOf } from './desk.js';

const ACTIONS: [string, LifecycleAction, string[]][] = [
  ['start', { verb: 'start', containers: ['a', 'b'] }, ['start', 'a', 'b']],
  ['pause', { verb: 'pause', containers: ['a'] }, ['pause', 'a']],
  ['unpause', { verb: 'unpause', containers: ['a'] }, ['unpause', 'a']],
  ['wait', { verb: 'wait', containers: ['a'] }, ['wait', 'a']],
  ['stop', { verb: 'stop', containers: ['a'], timeout: null }, ['stop', 'a']],
  ['stop within a time, rounded up', { verb: 'stop', containers: ['a'], timeout: 1200 }, ['stop', '-t', '2', 'a']],
  ['stop at once', { verb: 'stop', containers: ['a'], timeout: 0 }, ['stop', '-t', '0', 'a']],
  ['restart', { verb: 'restart', containers: ['a'], timeout: 30_000 }, ['restart', '-t', '30', 'a']],
  ['kill', { verb: 'kill', containers: ['a'], signal: null }, ['kill', 'a']],
  ['kill with a signal', { verb: 'kill', containers: ['a'], signal: 'SIGTERM' }, ['kill', '--signal', 'SIGTERM', 'a']],
  ['rm', { verb: 'rm', containers: ['a'], force: false, volumes: false }, ['rm', 'a']],
  [
    'rm, running or not',
    { verb: 'rm', containers: ['a'], force: true, volumes: true },
    ['rm', '--force', '--volumes', 'a'],
  ],
  ['logs', { verb: 'logs', container: 'a', follow: false, tail: null, since: null, timestamps: false }, ['logs', 'a']],
  [
    'logs, chosen',
    { verb: 'logs', container: 'a', follow: true, tail: 0, since: '10m', timestamps: true },
    ['logs', '--follow', '--tail', '0', '--since', '10m', '--timestamps', 'a'],
  ],
  [
    'exec',
    { verb: 'exec', container: 'a', command: ['ls', '-l'], interactive: false, tty: false, workdir: null, user: null },
    ['exec', 'a', 'ls', '-l'],
  ],
  [
    'exec in a terminal, elsewhere, as somebody',
    { verb: 'exec', container: 'a', command: ['sh'], interactive: true, tty: true, workdir: '/a b', user: '0:0' },
    ['exec', '--interactive', '--tty', '--workdir', '/a b', '--user', '0:0', 'a', 'sh'],
  ],
  ['a name that starts with a dash', { verb: 'start', containers: ['-a', 'b'] }, ['start', '--', '-a', 'b']],
];
test.each(ACTIONS)('%s', (_what, action, words) => {
  for (const engine of ENGINES) expect(argvOf(renderLifecycle(wayOf(engine), action))).toEqual([engine, ...words]);
});

function list(format: string): readonly string[] {
  const filters = ['--filter', 'label=podctl.project=a b', '--filter', 'label=podctl.mode=public'];
  return ['ps', '--all', '--no-trunc', '--format', format, ...filters];
}

test('containers by label, as data', () => {
  const labels = { 'podctl.project': 'a b', 'podctl.mode': 'public' };
  const lines = ENGINES.map((engine) => argvOf(renderList(wayOf(engine), labels)));
  expect(lines).toEqual([
    ['docker', ...list('{{json .}}')],
    ['podman', ...list('json')],
    ['nerdctl', ...list('{{json .}}')],
    ['podman-hpc', ...list('json')],
  ]);
});

test('inspect, volume create, volume rm', () => {
  for (const engine of ENGINES) {
    const way = wayOf(engine);
    expect(argvOf(renderInspect(way, 'container', ['a', 'b']))).toEqual([engine, 'container', 'inspect', 'a', 'b']);
    expect(argvOf(renderInspect(way, 'image', ['a:1']))).toEqual([engine, 'image', 'inspect', 'a:1']);
    expect(argvOf(renderInspect(way, 'volume', ['-v']))).toEqual([engine, 'volume', 'inspect', '--', '-v']);
    const volume = {
      name: 'cache',
      driver: 'local',
      options: { type: 'nfs', o: 'a,b' },
      labels: { 'podctl.mode': 'x' },
    };
    expect(argvOf(renderVolumeCreate(way, volume))).toEqual([
      engine,
      'volume',
      'create',
      '--driver',
      'local',
      '--opt',
      'type=nfs',
      '--opt',
      'o=a,b',
      '--label',
      'podctl.mode=x',
      'cache',
    ]);
    expect(argvOf(renderVolumeRemove(way, ['a', 'b']))).toEqual([engine, 'volume', 'rm', 'a', 'b']);
  }
});

test('tokens of an action know what they stand for', () => {
  const action: LifecycleAction = { verb: 'stop', containers: ['a'], timeout: 1000 };
  expect(renderLifecycle(wayOf('docker'), action)).toEqual([
    { text: 'docker', at: 'rule/program' },
    { text: 'stop', at: 'rule/verb' },
    { text: '-t', at: 'stopTimeout' },
    { text: '1', at: 'stopTimeout' },
    { text: 'a', at: 'container' },
  ]);
});
