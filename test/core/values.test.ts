import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDuration, parseDuration } from '../../src/core/duration.js';
import { PodctlError } from '../../src/core/errors.js';
import { formatImageRef, parseImageRef } from '../../src/core/image-ref.js';
import { formatPort, parseHostEndpoint, parsePort } from '../../src/core/port.js';
import { formatBytes, formatSize, parseSize } from '../../src/core/size.js';

const SHA = `sha256:${'0123456789abcdef'.repeat(4)}`;

describe('ports', () => {
  test.each([
    ['80', '127.0.0.1', 80, 80, 'tcp'],
    [' 80 ', '127.0.0.1', 80, 80, 'tcp'],
    ['8080:80', '127.0.0.1', 8080, 80, 'tcp'],
    ['8080:80/udp', '127.0.0.1', 8080, 80, 'udp'],
    ['8080:80/sctp', '127.0.0.1', 8080, 80, 'sctp'],
    ['0.0.0.0:8080:80', '0.0.0.0', 8080, 80, 'tcp'],
    ['localhost:8080:80', '127.0.0.1', 8080, 80, 'tcp'],
    ['127.0.0.1::80', '127.0.0.1', null, 80, 'tcp'],
    ['[::1]:8080:80', '::1', 8080, 80, 'tcp'],
    ['[::]::80', '::', null, 80, 'tcp'],
    ['[fe80::1:2]:1:2', 'fe80::1:2', 1, 2, 'tcp'],
    ['[1:2:3:4:5:6:7:8]:1:2', '1:2:3:4:5:6:7:8', 1, 2, 'tcp'],
    ['[::ffff:10.0.0.1]:1:2', '::ffff:10.0.0.1', 1, 2, 'tcp'],
    ['65535:65535', '127.0.0.1', 65_535, 65_535, 'tcp'],
  ])('%j', (text, address, hostPort, containerPort, protocol) => {
    expect(parsePort(text)).toEqual({ address, hostPort, containerPort, protocol });
  });

  test.each([
    '',
    'http',
    '80x',
    '0',
    '65536',
    '0:80',
    '65536:80',
    '80:0',
    '-80',
    '80/tcp/udp',
    '80/icmp',
    '80/TCP',
    ':80:',
    ':80',
    '1.2.3:80:80',
    '1.2.3.256:80:80',
    '1.2.3.4.5:80:80',
    '::1:80:80',
    '[::1:80:80',
    '[:::]:80:80',
    '[1:2]:80:80',
    '[1:2:3:4:5:6:7:8:9]:80:80',
    '[1:2:3:4:5:6:7::8]:80:80',
    '[::1::2]:80:80',
    '[12345::]:80:80',
    '[g::1]:80:80',
    'example.org:80:80',
    '80:80:80',
    '80 80',
  ])('%j is no port', (text) => {
    expect(() => parsePort(text)).toThrow(PodctlError);
    expect(() => parsePort(text)).toThrow(`\`${text}\` is not a port mapping`);
  });

  test.each([
    ['5000', { address: '127.0.0.1', port: 5000 }],
    ['127.0.0.1:5000', { address: '127.0.0.1', port: 5000 }],
    ['localhost:5000', { address: '127.0.0.1', port: 5000 }],
    ['0.0.0.0:', { address: '0.0.0.0', port: null }],
    ['[::1]:5000', { address: '::1', port: 5000 }],
  ])('host half %j', (text, endpoint) => {
    expect(parseHostEndpoint(text)).toEqual(endpoint);
  });

  test.each(['', ' ', ':', 'a:1', '1.1.1.1', '[::1]', '70000', '0'])('host half %j is wrong', (text) => {
    expect(() => parseHostEndpoint(text)).toThrow(PodctlError);
  });

  test('what is formatted is parsed back', () => {
    const port = fc.integer({ min: 1, max: 65_535 });
    fc.assert(
      fc.property(
        fc.record({
          address: fc.oneof(fc.ipV4(), fc.ipV6()),
          hostPort: fc.option(port),
          containerPort: port,
          protocol: fc.constantFrom('tcp', 'udp', 'sctp'),
        }),
        (mapping) => {
          expect(parsePort(formatPort(mapping))).toEqual(mapping);
        },
      ),
    );
  });
});

describe('sizes', () => {
  test.each([
    ['0', 0],
    ['1', 1],
    ['1b', 1],
    ['1B', 1],
    ['1k', 1024],
    ['1K', 1024],
    ['1kb', 1024],
    ['1KiB', 1024],
    ['64MiB', 67_108_864],
    ['512m', 536_870_912],
    ['1.5g', 1_610_612_736],
    ['2 g', 2_147_483_648],
    ['1t', 1_099_511_627_776],
    [' 1m ', 1_048_576],
    ['0.3k', 307],
  ])('%j is %d bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  test.each(['', 'm', '-1', '1x', '1kk', '1bb', '1ib', '1bib', '1e3', '1,5g', '1.g', '.5g', '1 2', '9'.repeat(400)])(
    '%j is no size',
    (text) => {
      expect(() => parseSize(text)).toThrow(`\`${text}\` is not a size`);
    },
  );

  test.each([
    [0, '0b'],
    [1, '1b'],
    [1023, '1023b'],
    [1024, '1k'],
    [1536, '1536b'],
    [1_048_576, '1m'],
    [1_610_612_736, '1536m'],
    [1_099_511_627_776, '1t'],
  ])('%d bytes are written %s', (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
  });

  test('what is formatted is parsed back', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (bytes) => {
        expect(parseSize(formatSize(bytes))).toBe(bytes);
      }),
    );
  });

  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1 kB'],
    [2_100_000, '2.1 MB'],
    [123_456_789, '123 MB'],
    [1_500_000_000_000, '1.5 TB'],
    [9_000_000_000_000_000_000, '9000 PB'],
  ])('%d bytes for a person: %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe('durations', () => {
  test.each([
    ['0', 0],
    ['10', 10_000],
    ['0.5', 500],
    ['500ms', 500],
    ['30s', 30_000],
    ['1m30s', 90_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['1h1m1s1ms', 3_661_001],
    ['1.5s', 1500],
    ['1.1s', 1100],
    ['0.29s', 290],
    [' 1s ', 1000],
  ])('%j is %d ms', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  test.each(['', 's', '-1s', '1 s', '10 seconds', '1m30', '1w', 'soon', '1e3', '1.s', '.5s', `${'9'.repeat(400)}s`])(
    '%j is no duration',
    (text) => {
      expect(() => parseDuration(text)).toThrow(`\`${text}\` is not a duration`);
    },
  );

  test.each([
    [0, '0s'],
    [1, '1ms'],
    [1000, '1s'],
    [90_000, '1m30s'],
    [3_600_000, '1h'],
    [90_061_001, '25h1m1s1ms'],
  ])('%d ms are written %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  test('what is formatted is parsed back', () => {
    fc.assert(
      fc.property(fc.nat({ max: 10 ** 12 }), (milliseconds) => {
        expect(parseDuration(formatDuration(milliseconds))).toBe(milliseconds);
      }),
    );
  });
});

describe('image names', () => {
  test.each([
    ['alpine', null, 'alpine', null, null],
    ['alpine:3', null, 'alpine', '3', null],
    ['library/alpine:3.20', null, 'library/alpine', '3.20', null],
    ['docker.io/library/alpine', 'docker.io', 'library/alpine', null, null],
    ['localhost/app:dev', 'localhost', 'app', 'dev', null],
    ['localhost:5000/a/b:tag', 'localhost:5000', 'a/b', 'tag', null],
    ['registry:5000/app', 'registry:5000', 'app', null, null],
    ['[::1]:5000/app:x', '[::1]:5000', 'app', 'x', null],
    ['Registry/app', 'Registry', 'app', null, null],
    [`app@${SHA}`, null, 'app', null, SHA],
    [`ghcr.io/a/b:v1@${SHA}`, 'ghcr.io', 'a/b', 'v1', SHA],
    ['a__b-c--d.e_f', null, 'a__b-c--d.e_f', null, null],
  ])('%j', (text, domain, path, tag, digest) => {
    expect(parseImageRef(text)).toEqual({ domain, path, tag, digest });
    expect(formatImageRef(parseImageRef(text))).toBe(text);
  });

  test.each([
    '',
    ':',
    'App',
    'app:',
    'app:a b',
    'app:-x',
    `app:${'x'.repeat(129)}`,
    'app@',
    'app@sha256:short',
    `app@${SHA}@${SHA}`,
    '/app',
    'app/',
    'a//b',
    'a___b',
    '-app',
    'app-',
    'ghcr.io/',
    'ghcr..io/app',
    'host:port/app',
    'ghcr.io/App',
    'a:b:c',
    'app\n',
    '--privileged',
    'https://ghcr.io/app',
  ])('%j is no image name', (text) => {
    expect(() => parseImageRef(text)).toThrow(`\`${text}\` is not an image name`);
  });

  test('a long row of dashes is read in no time', () => {
    const start = performance.now();
    expect(() => parseImageRef(`a${'-'.repeat(50_000)}`)).toThrow(PodctlError);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
