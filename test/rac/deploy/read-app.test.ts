import { describe, expect, it } from 'vitest';
import type { AppSpec } from '../../../src/rac/deploy/app-spec.js';
import { LABELS } from '../../../src/rac/deploy/labels.js';
import { readApp } from '../../../src/rac/deploy/read-app.js';

const LIMITS = { memory: 256 * 1024 * 1024, cpus: 1, startTimeout: 60_000 };

const PLAIN: AppSpec = {
  port: 8080,
  host: null,
  volumes: [],
  pauseAfter: 30_000,
  idle: 300_000,
  health: null,
  memory: LIMITS.memory,
  cpus: 1,
  concurrency: null,
  env: {},
  visibility: 'public',
  alwaysOn: false,
  startTimeout: 60_000,
  user: '',
  stopSignal: null,
};

const EXPOSED = { '8080/tcp': {} };
const read = (config: Readonly<Record<string, unknown>>) => readApp(config, LIMITS);
const labelled = (labels: Readonly<Record<string, unknown>>) => read({ ExposedPorts: EXPOSED, Labels: labels });

describe('the port', () => {
  const rows: readonly (readonly [
    string,
    readonly string[],
    Readonly<Record<string, string>>,
    number,
    readonly string[],
  ])[] = [
    ['the one that is exposed', ['3000/tcp'], {}, 3000, []],
    ['without a protocol', ['3000'], {}, 3000, []],
    ['the lowest of several', ['9000/tcp', '3000/tcp', '10000/tcp'], {}, 3000, []],
    ['a label wins', ['9000/tcp', '3000/tcp'], { 'rac.port': '9000' }, 9000, []],
    ['a label for a port that is not exposed', ['3000/tcp'], { 'rac.port': '4000' }, 4000, []],
    ['a label alone', [], { 'rac.port': '4000' }, 4000, []],
    ['UDP is told', ['53/udp', '8053/tcp'], {}, 8053, ['EXPOSE 53/udp: only TCP ports are served']],
    ['nothing', [], {}, 8080, ['no EXPOSE of a TCP port and no label rac.port: 8080 is taken']],
    [
      'nonsense',
      ['0/tcp'],
      {},
      8080,
      ['EXPOSE 0/tcp: only TCP ports are served', 'no EXPOSE of a TCP port and no label rac.port: 8080 is taken'],
    ],
    [
      'a wrong label counts as none',
      ['3000/tcp'],
      { 'rac.port': '70000' },
      3000,
      ['label rac.port=70000: it takes a number from 1 to 65535'],
    ],
    ['a word', ['3000/tcp'], { 'rac.port': 'http' }, 3000, ['label rac.port=http: it takes a number from 1 to 65535']],
  ];
  it.each(rows)('%s', (_, exposed, labels, port, warnings) => {
    const result = read({ ExposedPorts: Object.fromEntries(exposed.map((text) => [text, {}])), Labels: labels });
    expect([result.app.port, result.warnings]).toEqual([port, warnings]);
  });
});

describe('volumes', () => {
  const rows: readonly (readonly [string, readonly string[], readonly string[], readonly string[]])[] = [
    ['sorted, once each', ['/srv/b', '/data/', '/data'], ['/data', '/srv/b'], []],
    ['double slashes', ['//data//x'], ['/data/x'], []],
    ['relative', ['data'], [], ['VOLUME data: not an absolute path']],
    ['the root', ['/'], [], ['VOLUME /: no place for data']],
    ['of the kernel', ['/proc/x', '/dev'], [], ['VOLUME /dev: no place for data', 'VOLUME /proc/x: no place for data']],
    ['upwards', ['/data/../etc'], [], ['VOLUME /data/../etc: a path without . and ..']],
    ['a colon', ['/a:ro'], [], ['VOLUME /a:ro: a path without control characters and colons']],
    ['a line break', ['/a\nb'], [], ['VOLUME /a\\nb: a path without control characters and colons']],
  ];
  it.each(rows)('%s', (_, given, volumes, warnings) => {
    const result = read({ ExposedPorts: EXPOSED, Volumes: Object.fromEntries(given.map((path) => [path, {}])) });
    expect([result.app.volumes, result.warnings]).toEqual([volumes, warnings]);
  });

  it('are sixteen at most', () => {
    const paths = Array.from({ length: 17 }, (_, index) => `/v${String(index).padStart(2, '0')}`);
    const result = read({ ExposedPorts: EXPOSED, Volumes: Object.fromEntries(paths.map((path) => [path, {}])) });
    expect(result.app.volumes).toHaveLength(16);
    expect(result.warnings).toEqual(['VOLUME /v16: more than 16 volumes']);
  });
});

describe('labels', () => {
  const good: readonly (readonly [string, string, Partial<AppSpec>])[] = [
    ['rac.port', ' 9090 ', { port: 9090 }],
    ['rac.host', 'Shop.Example.org', { host: 'shop.example.org' }],
    ['rac.idle', '90s', { idle: 90_000 }],
    ['rac.idle', '2m30s', { idle: 150_000 }],
    ['rac.idle', 'never', { idle: null }],
    ['rac.pause-after', '5', { pauseAfter: 5000 }],
    ['rac.pause-after', 'never', { pauseAfter: null }],
    ['rac.health', '/', { health: '/' }],
    ['rac.health', '/up?full=1', { health: '/up?full=1' }],
    ['rac.memory', '64m', { memory: 64 * 1024 * 1024 }],
    ['rac.cpus', '0.25', { cpus: 0.25 }],
    ['rac.concurrency', '1', { concurrency: 1 }],
    ['rac.env.GREETING', 'hello  you=all', { env: { GREETING: 'hello  you=all' } }],
    ['rac.env.EMPTY', '', { env: { EMPTY: '' } }],
    ['rac.visibility', 'private', { visibility: 'private' }],
    ['rac.always-on', 'true', { alwaysOn: true }],
    ['rac.always-on', 'false', {}],
    ['rac.start-timeout', '5s', { startTimeout: 5000 }],
    ['org.opencontainers.image.title', 'x', {}],
    ['racoon', 'x', {}],
  ];
  it.each(good)('%s=%s', (label, value, wanted) => {
    expect(labelled({ [label]: value })).toEqual({ app: { ...PLAIN, ...wanted }, warnings: [] });
  });

  const wrong: readonly (readonly [string, unknown, string])[] = [
    ['rac.host', 'localhost', 'label rac.host=localhost: it takes a host name of at least two parts'],
    ['rac.host', 'a.b:80', 'label rac.host=a.b:80: it takes a host name of at least two parts'],
    ['rac.host', '*.example.org', 'label rac.host=*.example.org: it takes a host name of at least two parts'],
    ['rac.idle', 'soon', 'label rac.idle=soon: `soon` is not a duration'],
    ['rac.idle', '0', 'label rac.idle=0: it takes at least 1s, or `never`'],
    ['rac.pause-after', '-5s', 'label rac.pause-after=-5s: `-5s` is not a duration'],
    ['rac.health', 'healthz', 'label rac.health=healthz: it takes a path such as /healthz'],
    ['rac.health', '//169.254.169.254/', 'label rac.health=//169.254.169.254/: it takes a path such as /healthz'],
    [
      'rac.health',
      'http://127.0.0.1:5090/',
      'label rac.health=http://127.0.0.1:5090/: it takes a path such as /healthz',
    ],
    ['rac.health', '/a b', 'label rac.health=/a b: it takes a path such as /healthz'],
    ['rac.health', '/a\r\nHost: b', 'label rac.health=/a\\r\\nHost: b: it takes a path such as /healthz'],
    ['rac.memory', '1k', 'label rac.memory=1k: it takes at least 8m'],
    ['rac.memory', 'lots', 'label rac.memory=lots: `lots` is not a size'],
    ['rac.cpus', '0', 'label rac.cpus=0: it takes a number of at least 0.05'],
    ['rac.cpus', '-1', 'label rac.cpus=-1: it takes a number of at least 0.05'],
    ['rac.cpus', '1e3', 'label rac.cpus=1e3: it takes a number of at least 0.05'],
    ['rac.concurrency', '0', 'label rac.concurrency=0: it takes a number from 1 to 100000'],
    ['rac.env.1X', 'a', 'label rac.env.1X: `1X` is no name of a variable'],
    ['rac.env.', 'a', 'label rac.env.: `` is no name of a variable'],
    ['rac.visibility', 'secret', 'label rac.visibility=secret: it takes `public` or `private`'],
    ['rac.always-on', 'yes', 'label rac.always-on=yes: it takes `true` or `false`'],
    ['rac.start-timeout', '0', 'label rac.start-timeout=0: it takes a duration such as 20s'],
    ['rac.prot', '80', 'label rac.prot is not known; did you mean rac.port?'],
    ['rac.Idle', '80s', 'label rac.Idle is not known; did you mean rac.idle?'],
    ['rac.', 'x', 'label rac. is not known'],
    ['rac.replicas-of-this', '3', 'label rac.replicas-of-this is not known'],
    ['rac.port', 8080, 'label rac.port: its value is no text'],
    ['rac.\u001b[31m', 'x', 'label rac.\\x1b[31m is not known'],
  ];
  it.each(wrong)('%s=%s is told', (label, value, warning) => {
    const { app, warnings } = labelled({ [label]: value });
    expect([app, warnings]).toEqual([PLAIN, [warning]]);
  });

  it('never get more than RAC gives', () => {
    const result = labelled({ 'rac.memory': '4g', 'rac.cpus': '64', 'rac.start-timeout': '1h' });
    expect(result.app).toEqual(PLAIN);
    expect(result.warnings).toEqual([
      'label rac.cpus=64: at most 1 here, which it gets',
      'label rac.memory=4g: at most 256m here, which it gets',
      'label rac.start-timeout=1h: at most 60s here, which it gets',
    ]);
  });

  it('say as they are documented what they take', () => {
    const examples = Object.fromEntries(LABELS.map(({ label, example }) => [label, example]));
    expect(labelled(examples).warnings).toEqual([]);
  });

  it('cannot flood whoever reads the warnings', () => {
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`rac.x${'y'.repeat(500)}${index}`, 'z']));
    const { warnings } = labelled(many);
    expect(warnings).toHaveLength(21);
    expect(warnings.at(-1)).toBe('and 30 more');
    expect(Math.max(...warnings.map((text) => text.length))).toBeLessThan(150);
  });
});

describe('the rest of a configuration', () => {
  it('lets no HEALTHCHECK keep the engine busy', () => {
    const often = {
      ExposedPorts: EXPOSED,
      Healthcheck: { Test: ['CMD', 'x'], Interval: 1_000_000, StartInterval: 9e9 },
    };
    expect(read(often)).toMatchObject({
      app: { checks: { every: 5000, early: 0 } },
      warnings: ['HEALTHCHECK: at most every 5s here, which it gets'],
    });
    for (const Healthcheck of [{ Test: ['CMD', 'x'] }, { Interval: 5e9 }, { Interval: 'x' }, null]) {
      const { app, warnings } = read({ ExposedPorts: EXPOSED, Healthcheck });
      expect([app.checks, warnings]).toEqual([undefined, []]);
    }
  });

  it('keeps user and stop signal', () => {
    const { app } = read({ ExposedPorts: EXPOSED, User: '1000:1000', StopSignal: 'SIGQUIT' });
    expect([app.user, app.stopSignal]).toEqual(['1000:1000', 'SIGQUIT']);
  });

  it.each([
    {},
    { ExposedPorts: null, Volumes: null, Labels: null },
    { ExposedPorts: [], Volumes: 'x', Labels: 7, User: 9 },
  ])('takes %j as an image that says nothing', (config) => {
    expect(read(config)).toEqual({
      app: PLAIN,
      warnings: ['no EXPOSE of a TCP port and no label rac.port: 8080 is taken'],
    });
  });
});
