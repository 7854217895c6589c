import type { BackupManifest } from '../../src/core/backup.js';

/** A manifest, to be changed where a test cares. */
export const MANIFEST: BackupManifest = {
  podctl: 1,
  version: '0.1.0',
  kind: 'backup',
  id: '20261121T033012Z',
  project: 'gantry-0123456789ab',
  profile: 'gantry',
  key: 'db',
  holds: 'sqlite',
  made: '2026-11-21T03:30:12.000Z',
  source: 'volume `gantry-data`, db',
  how: 'online',
  compress: 'brotli',
  file: 'db-20261121T033012Z.sqlite.br.tar',
  bytes: 10,
  sha256: '0'.repeat(64),
  content: { bytes: 20 },
};
