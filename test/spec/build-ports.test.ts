import { describe, expect, test } from 'vitest';
import { formatPort } from '../../src/core/port.js';
import type { ResolvedPort } from '../../src/profile/resolved.js';
import { buildSpec } from '../../src/spec/build.js';
import type { BuiltSpec } from '../../src/spec/request.js';
import { errorOf, request, resolved } from './desk.js';

const http: ResolvedPort = { key: 'http', container: 5000 };
const admin: ResolvedPort = { key: 'admin', container: '9000', host: '0.0.0.0:9001' };
const dns: ResolvedPort = { key: 'dns', container: 53, protocol: 'udp', host: 5353 };

function build(ports: readonly ResolvedPort[], flags: readonly string[] = [], container: object = {}): BuiltSpec {
  return buildSpec(resolved({ container: { ports, ...container } }), request({ flags: { ports: flags } }));
}

function published(built: BuiltSpec): readonly string[] {
  return built.spec.ports.map((port) => `${port.key} ${formatPort(port)}`);
}

describe('ports of the profile', () => {
  test.each<[string, ResolvedPort, string, readonly string[]]>([
    ['no host half', http, '127.0.0.1:5000:5000', ['host-port-default', 'loopback-default']],
    ['an empty host half', { ...http, host: '' }, '127.0.0.1:5000:5000', ['host-port-default', 'loopback-default']],
    ['a number', { ...http, host: 8080 }, '127.0.0.1:8080:5000', ['loopback-default']],
    ['text', { ...http, host: '8080' }, '127.0.0.1:8080:5000', ['loopback-default']],
    ['an address', { ...http, host: '0.0.0.0:8080' }, '0.0.0.0:8080:5000', []],
    ['IPv6', { ...http, host: '[::1]:8080' }, '[::1]:8080:5000', []],
    ['a free port', { ...http, host: '127.0.0.1:' }, '127.0.0.1::5000', []],
    ['udp', dns, '127.0.0.1:5353:53/udp', ['loopback-default']],
  ])('%s', (_, port, text, rules) => {
    const built = build([port]);
    expect(published(built)).toEqual([`${port.key} ${text}`]);
    expect(built.origins[`ports/${port.key}`] ?? []).toEqual(rules.map((rule) => ({ kind: 'podctl', rule })));
  });

  test('a host half that cannot be read', () => {
    const error = errorOf(() => build([{ ...http, host: 'web' }]));
    expect([error.code, error.message]).toEqual(['BAD_DATA', '`web` is not a port mapping']);
  });

  test.each([
    [[http, { ...admin, host: 5000 }], 'the ports `http` and `admin` both take 127.0.0.1:5000 of this machine'],
    [[http, { ...admin, host: '0.0.0.0:5000' }], 'the ports `http` and `admin` both take 0.0.0.0:5000 of this machine'],
  ])('two for one host port: %#', (ports, message) => {
    const error = errorOf(() => build(ports));
    expect([error.code, error.message]).toEqual(['BAD_DATA', message]);
  });

  test('two addresses, two protocols or two free ports do not meet', () => {
    const ports = [
      http,
      { ...http, key: 'other', host: '127.0.0.2:5000' },
      { ...http, key: 'udp', protocol: 'udp', host: 5000 },
      { key: 'free', container: 1, host: '127.0.0.1:' },
      { key: 'free2', container: 2, host: '127.0.0.1:' },
    ] as const;
    expect(build(ports).spec.ports).toHaveLength(5);
  });

  test.each(['host', 'none', 'container:x'])('network = "%s" publishes nothing, so ports are an error', (network) => {
    const error = errorOf(() => build([http, admin], [], { network }));
    expect([error.code, error.message]).toEqual([
      'BAD_DATA',
      `with network = "${network}" no port can be published, but the profile publishes \`http\`, \`admin\``,
    ]);
    expect(build([], [], { network }).spec.network).toBe(network);
  });
});

describe('--port', () => {
  test.each<[string, readonly ResolvedPort[], readonly string[], readonly string[]]>([
    ['a port', [http], ['5001'], ['http 127.0.0.1:5001:5000']],
    ['an address is written out', [http], ['0.0.0.0:5001'], ['http 0.0.0.0:5001:5000']],
    ['loopback', [http], ['127.0.0.1:5001'], ['http 127.0.0.1:5001:5000']],
    ['localhost', [http], ['localhost:5001'], ['http 127.0.0.1:5001:5000']],
    ['IPv6', [http], ['[::1]:5001'], ['http [::1]:5001:5000']],
    ['a free port', [http], ['0.0.0.0:'], ['http 0.0.0.0::5000']],
    ['without an address: loopback, whatever the profile says', [admin], ['9002'], ['admin 127.0.0.1:9002:9000']],
    ['host and container', [http], ['8081:5000'], ['http 127.0.0.1:8081:5000']],
    ['one of several', [http, admin], ['8081:9000'], ['http 127.0.0.1:5000:5000', 'admin 127.0.0.1:8081:9000']],
    ['with an address', [http], ['0.0.0.0:8081:5000'], ['http 0.0.0.0:8081:5000']],
    [
      'another container port is added',
      [http],
      ['8081:7000'],
      ['http 127.0.0.1:5000:5000', 'flag/0 127.0.0.1:8081:7000'],
    ],
    [
      'another protocol is added',
      [http],
      ['5000:5000/udp'],
      ['http 127.0.0.1:5000:5000', 'flag/0 127.0.0.1:5000:5000/udp'],
    ],
    ['udp', [dns], ['5454:53/udp'], ['dns 127.0.0.1:5454:53/udp']],
    ['two flags', [http, admin], ['8081:5000', '8082:9000'], ['http 127.0.0.1:8081:5000', 'admin 127.0.0.1:8082:9000']],
    ['a profile without ports', [], ['8081:80'], ['flag/0 127.0.0.1:8081:80']],
  ])('%s', (_, ports, flags, expected) => {
    expect(published(build(ports, flags))).toEqual(expected);
  });

  test.each([
    ['5001', ['loopback-default']],
    ['8081:5000', ['loopback-default']],
    ['0.0.0.0:5001', []],
    ['127.0.0.1:8081:5000', []],
    ['[::1]:8081:5000', []],
    ['localhost:5001', []],
  ])('the origins of %s', (text, rules) => {
    expect(build([http], [text]).origins['ports/http']).toEqual([
      { kind: 'flag', flag: '--port' },
      ...rules.map((rule) => ({ kind: 'podctl', rule })),
    ]);
  });

  test.each<[string, readonly ResolvedPort[], readonly string[], string, string]>([
    [
      'ambiguous',
      [http, admin],
      ['5001'],
      '`--port 5001` could mean any of the ports http (5000), admin (9000)',
      'write --port 5001:5000 for http',
    ],
    ['nothing to change', [], ['5001'], '`--port 5001`: the profile publishes no port that it could change', '5001:80'],
    ['no port', [http], ['70000'], '`70000` is not a port mapping', 'from 1 to 65535'],
    ['no number', [http], ['web'], '`web` is not a port mapping', 'HOST'],
    ['empty', [http], [''], '`` is not a port mapping', 'PORT'],
    ['a bad address', [http], ['300.0.0.1:5001'], '`300.0.0.1:5001` is not a port mapping', 'address'],
    [
      'taken by another',
      [http, admin],
      ['5000:9000'],
      'the ports `http` and `admin` both take 127.0.0.1:5000 of this machine',
      'another host port',
    ],
  ])('%s is a usage error', (_, ports, flags, message, hint) => {
    const error = errorOf(() => build(ports, flags));
    expect([error.code, error.message]).toEqual(['USAGE', message]);
    expect(error.hint).toContain(hint);
  });

  test('a command that publishes none', () => {
    const profile = resolved({ command: { name: 'clean', ports: false }, container: { ports: [http] } });
    expect(buildSpec(profile, request()).spec.ports).toEqual([]);
    const error = errorOf(() => buildSpec(profile, request({ flags: { ports: ['5001'] } })));
    expect([error.code, error.message]).toEqual([
      'USAGE',
      '`clean` publishes no ports, so --port has nothing to change',
    ]);
  });
});

describe('the port that must answer', () => {
  test('is the one that the profile names, with path and timeout', () => {
    const built = build([http, admin], [], { ready: { port: 'admin', path: '/up', timeout: '30s' } });
    expect(built.ready).toEqual({ port: built.spec.ports[1], path: '/up', timeout: 30_000 });
    expect(built.origins['ready']).toBeUndefined();
  });

  test('else the first TCP port, where it is published', () => {
    const built = build([dns, http], ['8081:5000']);
    expect(built.ready).toEqual({ port: built.spec.ports[1], path: null, timeout: null });
    expect(built.ready?.port.hostPort).toBe(8081);
    expect(built.origins['ready']).toEqual([{ kind: 'podctl', rule: 'ready-default' }]);
  });

  test('none for UDP', () => {
    expect(build([dns]).ready).toBeNull();
    expect(build([dns, http], [], { ready: { port: 'dns' } }).ready).toBeNull();
  });

  test('a timeout that cannot be read', () => {
    const error = errorOf(() => build([http], [], { ready: { port: 'http', timeout: 'long' } }));
    expect([error.code, error.message]).toEqual(['BAD_DATA', '`long` is not a duration']);
  });
});
