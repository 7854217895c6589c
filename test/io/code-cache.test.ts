import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeCacheFile, loadScript } from '../../src/io/code-cache.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'podctl-code-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const SCRIPT = `(function (exports, require, module, __dirname) {
const path = require('node:path');
exports.base = () => path.basename(__dirname);
exports.sum = (count) => { let sum = 0; for (let i = 0; i < count; i++) sum += i; return sum; };
})`;

type Exports = { base: () => string; sum: (count: number) => number };

let loads = 100;
const requireModule = createRequire(import.meta.url);

function load(cacheFile: string | null): { exports: Exports; save: () => void } {
  const file = join(folder, 'app-1234.cjs');
  // Within one process the engine remembers texts that it has seen; a text of the same length is as good as the same one.
  writeFileSync(file, `${SCRIPT}// ${loads++}`);
  const loaded = loadScript({ file, cacheFile, requireModule });
  return { exports: loaded.exports as Exports, save: loaded.save };
}

describe('loadScript', () => {
  const cacheFile = () => join(folder, 'cache/code/app-1234.cjs-server');

  it('runs a script with what it needs', () => {
    const { exports } = load(null);
    expect(exports.base()).toBe(basename(folder));
    expect(exports.sum(5)).toBe(10);
  });

  it('keeps what ran, for this user alone, and uses it the next time', () => {
    const first = load(cacheFile());
    first.exports.sum(5);
    first.save();
    expect(statSync(cacheFile()).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'cache/code')).mode & 0o777).toBe(0o700);
    const before = readFileSync(cacheFile());
    const second = load(cacheFile());
    expect(second.exports.sum(5)).toBe(10);
    second.save();
    expect(readFileSync(cacheFile()).equals(before)).toBe(true);
  });

  it.each([
    ['cut off', (data: Buffer) => data.subarray(0, 40)],
    ['of another engine', (data: Buffer) => Buffer.from(data.map((byte, index) => (index < 12 ? byte ^ 0xff : byte)))],
    ['empty', () => Buffer.alloc(0)],
  ])('does without a cache that is %s, and replaces it', (_what, spoil) => {
    load(cacheFile()).save();
    const good = readFileSync(cacheFile());
    writeFileSync(cacheFile(), spoil(good));
    const again = load(cacheFile());
    expect(again.exports.sum(5)).toBe(10);
    again.save();
    expect(readFileSync(cacheFile()).length).toBeGreaterThan(100);
  });

  it.skipIf(process.platform === 'win32')('does not read a cache that others may write', () => {
    load(cacheFile()).save();
    writeFileSync(cacheFile(), 'x');
    chmodSync(cacheFile(), 0o666);
    const again = load(cacheFile());
    again.save();
    expect(readFileSync(cacheFile(), 'latin1')).not.toBe('x');
    expect(statSync(cacheFile()).mode & 0o777).toBe(0o600);
  });

  it('takes away what is older than a month, and leaves other builds alone', () => {
    load(cacheFile()).save();
    const other = (name: string) => join(folder, 'cache/code', name);
    writeFileSync(other('app-0000.cjs-server'), 'old');
    utimesSync(other('app-0000.cjs-server'), new Date(0), new Date(0));
    writeFileSync(other('app-5678.cjs-server'), 'new');
    rmSync(cacheFile());
    load(cacheFile()).save();
    expect(readdirSync(other('')).toSorted()).toEqual(['app-1234.cjs-server', 'app-5678.cjs-server']);
  });

  it('is quiet where nothing can be kept', () => {
    writeFileSync(join(folder, 'file'), '');
    const loaded = load(join(folder, 'file/code/x'));
    expect(() => loaded.save()).not.toThrow();
    expect(existsSync(join(folder, 'file/code'))).toBe(false);
  });
});

describe('codeCacheFile', () => {
  const host = { platform: 'linux', env: {}, home: '/home/ann' } as const;

  it.each([
    [host, '/home/ann/.cache/podctl/code/app-1.cjs-server'],
    [{ ...host, env: { XDG_CACHE_HOME: '/c' } }, '/c/podctl/code/app-1.cjs-server'],
    [{ ...host, env: { XDG_CACHE_HOME: 'relative' } }, '/home/ann/.cache/podctl/code/app-1.cjs-server'],
    [{ ...host, platform: 'darwin' as const }, '/home/ann/Library/Caches/podctl/code/app-1.cjs-server'],
    [{ ...host, env: { NODE_DISABLE_COMPILE_CACHE: '1' } }, null],
    [{ ...host, home: '' }, null],
  ])('%j', (where, expected) => {
    expect(codeCacheFile('/p/dist/app-1.cjs', 'server', where)).toBe(expected);
  });

  it.each([undefined, '--json', '../../etc/passwd', 'x'.repeat(40)])('%j is no name for a file', (command) => {
    expect(codeCacheFile('/p/dist/app-1.cjs', command, host)).toBe('/home/ann/.cache/podctl/code/app-1.cjs-podctl');
  });
});
