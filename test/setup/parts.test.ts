import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { missingPackages } from './apt.mjs';
import { endProcess, isAlive, parseStart, startOf } from './background.mjs';
import { containersConf, hasSysResource } from './containers-conf.mjs';
import { isStaticProgram } from './elf.mjs';
import { shellLines } from './engines.mjs';
import { hashOf } from './images.mjs';
import { lockMatches } from './install.mjs';
import { parseRanges } from './rootless.mjs';

const STAT_TAIL = `S ${Array.from({ length: 18 }, (_, index) => index + 4).join(' ')} 987654 1 2`;

describe('which process is it', () => {
  it.each([
    ['a plain name', `12 (dockerd) ${STAT_TAIL}`],
    ['a name with spaces and parentheses', `12 (od d) (x) ${STAT_TAIL}`],
  ])('start time behind %s', (_name, stat) => {
    expect(parseStart(stat)).toBe('987654');
  });

  it('a zombie is gone', () => {
    expect(parseStart(`12 (dockerd) ${STAT_TAIL.replace('S', 'Z')}`)).toBeUndefined();
  });
});

describe.runIf(process.platform === 'linux')('ending a process', () => {
  it('ends the recorded one, and leaves another one with the same id alone', async () => {
    const child = spawn('sleep', ['60']);
    const ended = once(child, 'exit');
    const pid = child.pid ?? 0;
    const start = startOf(pid) ?? '';
    expect(isAlive({ pid, start })).toBe(true);
    expect(await endProcess({ name: 'sleep', pid, start: `${start}1` })).toBe('gone');
    expect(isAlive({ pid, start })).toBe(true);
    expect(await endProcess({ name: 'sleep', pid, start })).toBe('ended');
    expect(await ended).toEqual([null, 'SIGTERM']);
    expect(await endProcess({ name: 'sleep', pid, start })).toBe('gone');
  });
});

describe('podman settings', () => {
  it('a machine with systemd, one cgroup tree and free limits needs none', () => {
    expect(containersConf({ systemd: true, unifiedCgroups: true, mayRaiseLimits: true })).toBe('');
  });

  it('a bare machine with hybrid cgroups and fixed limits needs all', () => {
    const text = [
      '[containers]',
      'default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]',
      '',
      '[engine]',
      'runtime = "runc"',
      'cgroup_manager = "cgroupfs"',
      'events_logger = "file"',
      '',
    ];
    expect(containersConf({ systemd: false, unifiedCgroups: false, mayRaiseLimits: false })).toBe(text.join('\n'));
  });

  it.each([
    ['000001fffeffffff', false],
    ['000001ffffffffff', true],
    ['0000000000000000', false],
  ])('capabilities %s', (mask, allowed) => {
    expect(hasSysResource(`Name:\tnode\nCapEff:\t${mask}\nCapBnd:\t0\n`)).toBe(allowed);
  });
});

describe('subordinate ids', () => {
  it('reads ranges and skips what is none', () => {
    expect(parseRanges('ann:100000:65536\n# note\n\nbob:165536:65536\nbroken:1\n')).toEqual([
      { user: 'ann', first: 100_000, count: 65_536 },
      { user: 'bob', first: 165_536, count: 65_536 },
    ]);
  });
});

describe('packages', () => {
  it('names each missing one once, and takes any of several places', () => {
    const wanted = {
      '/no/such/a': 'one',
      '/no/such/b': 'one',
      [`/no/such|${process.execPath}`]: 'two',
      'no-such-program': 'three',
    };
    expect(missingPackages(wanted)).toEqual(['one', 'three']);
  });
});

describe('what a lockfile asks for', () => {
  const wanted = {
    '': {},
    'node_modules/a': { version: '1.0.0' },
    'node_modules/b': { version: '2.0.0', optional: true },
  };

  it.each([
    ['all of it', { 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '2.0.0' } }, true],
    ['all but an optional one', { 'node_modules/a': { version: '1.0.0' } }, true],
    ['another version', { 'node_modules/a': { version: '1.0.1' } }, false],
    ['nothing', {}, false],
    ['something else too', { 'node_modules/a': { version: '1.0.0' }, 'node_modules/c': { version: '1.0.0' } }, false],
  ])('%s is installed', (_name, installed, matches) => {
    expect(lockMatches(wanted, installed)).toBe(matches);
  });
});

describe('static programs', () => {
  it.each([
    ['no interpreter', elf(1, 2, 6), true],
    ['an interpreter', elf(1, 3), false],
    ['a script', new TextEncoder().encode('#!/bin/sh\n'.padEnd(80, 'x')), false],
    ['an empty file', new Uint8Array(), false],
    ['a cut-off program', elf(1, 2).subarray(0, 100), false],
  ])('%s', (_name, bytes, expected) => {
    expect(isStaticProgram(bytes)).toBe(expected);
  });

  it.runIf(process.platform === 'linux')('node itself asks for its libraries', () => {
    expect(isStaticProgram(readFileSync(process.execPath))).toBe(false);
  });
});

describe('image recipes', () => {
  const recipe = { name: 'a:1', containerfile: 'FROM b\n', files: { one: 'x', two: 'y' } };

  it('the order of files does not matter', () => {
    expect(hashOf({ ...recipe, files: { two: 'y', one: 'x' } }, ['id'])).toBe(hashOf(recipe, ['id']));
  });

  it.each([
    ['name', { ...recipe, name: 'a:2' }, ['id']],
    ['containerfile', { ...recipe, containerfile: 'FROM c\n' }, ['id']],
    ['content', { ...recipe, files: { one: 'x', two: 'z' } }, ['id']],
    ['where content ends', { ...recipe, files: { one: 'xt', two: 'y' } }, ['id']],
    ['arguments', { ...recipe, args: { A: '1' } }, ['id']],
    ['base', recipe, ['other']],
  ])('another %s is another image', (_name, other, bases) => {
    expect(hashOf(other, bases)).not.toBe(hashOf(recipe, ['id']));
  });
});

describe('the environment for a shell', () => {
  it('quotes values', () => {
    const docker = { version: '1', socket: null, env: { DOCKER_HOST: "unix:///it's" } };
    const compose = { v2: { version: '2', path: '/p', env: { DOCKER_CONFIG: '/c' } }, v1: null, podman: null };
    const facts = { facts: 1, docker, podman: null, rootless: null, compose, images: { busybox: 'b' } } as const;
    expect(shellLines(facts)).toEqual(["export DOCKER_HOST='unix:///it'\\''s'\n", "export DOCKER_CONFIG='/c'\n"]);
  });
});

/** A program whose headers have these types. */
function elf(...types: number[]): Uint8Array {
  const bytes = new Uint8Array(64 + 56 * types.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
  view.setBigUint64(32, 64n, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, types.length, true);
  for (const [index, type] of types.entries()) view.setUint32(64 + 56 * index, type, true);
  return bytes;
}
