import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { followCertificate, readCertificate } from '../../../src/rac/wake/certificate.js';

const folder = mkdtempSync(join(tmpdir(), 'rac-certificate-'));
const files = { certificate: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
const write = (text: string): void => {
  writeFileSync(files.certificate, `cert ${text}`);
  writeFileSync(files.key, `key ${text}`);
};

afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

it('a renewed certificate is taken once, and one that does not fit is tried again until it does', () => {
  vi.useFakeTimers();
  write('one');
  const taken: string[] = [];
  const warned: string[] = [];
  const server = {
    setSecureContext: ({ cert }: { cert?: unknown }) => {
      if (String(cert) === 'cert half') throw new Error('key values mismatch');
      taken.push(String(cert));
    },
  };
  const end = followCertificate(server, {
    files,
    now: readCertificate(files),
    every: 1_000,
    warn: (event, { problem }) => void warned.push(`${event}: ${problem}`),
  });
  vi.advanceTimersByTime(3_000);
  expect(taken).toEqual([]);
  write('half');
  vi.advanceTimersByTime(2_000);
  expect([taken, warned.length, warned[0]]).toEqual([[], 2, 'certificate-not-taken: key values mismatch']);
  write('two');
  vi.advanceTimersByTime(5_000);
  rmSync(files.key);
  vi.advanceTimersByTime(1_000);
  expect([taken, warned.at(-1)]).toEqual([['cert two'], expect.stringContaining('ENOENT')]);
  end();
  write('three');
  vi.advanceTimersByTime(5_000);
  expect(taken).toEqual(['cert two']);
});
