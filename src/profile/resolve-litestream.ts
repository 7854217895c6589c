import { parseDuration } from '../core/duration.js';
import { LITESTREAM_IMAGE } from './litestream-words.js';
import type { DataLitestream } from './schema-data.js';

/** Litestream beside an application; times in milliseconds, null: Litestream's own. */
export type Litestream = {
  readonly replica: string;
  readonly endpoint: string | null;
  readonly region: string | null;
  readonly snapshotInterval: number | null;
  readonly retention: number | null;
  readonly image: string;
  /** Names of the variables that hold the keys. */
  readonly accessKey: string;
  readonly secretKey: string;
};

/** An entry's [litestream] made concrete. */
export function litestreamOf(written: DataLitestream): Litestream {
  return {
    replica: written.replica ?? '',
    endpoint: written.endpoint ?? null,
    region: written.region ?? null,
    snapshotInterval: timeOf(written.snapshot_interval),
    retention: timeOf(written.retention),
    image: written.image ?? LITESTREAM_IMAGE,
    accessKey: written.access_key ?? 'LITESTREAM_ACCESS_KEY_ID',
    secretKey: written.secret_key ?? 'LITESTREAM_SECRET_ACCESS_KEY',
  };
}

function timeOf(text: string | undefined): number | null {
  return text === undefined ? null : parseDuration(text);
}
