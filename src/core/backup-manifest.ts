import { type BackupManifest, isBackupId } from './backup.js';

const KINDS: readonly unknown[] = ['backup', 'replaced'] satisfies readonly BackupManifest['kind'][];
const HOLDS: readonly unknown[] = ['sqlite', 'mysql', 'mariadb', 'postgres', 'files'];
const COMPRESSIONS: readonly unknown[] = ['brotli', 'gzip', 'none'];

/** The document beside a backup as text. */
export function formatManifest(manifest: BackupManifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** A manifest from its text; null when it is not one that podctl wrote. A file outside of the manifest's folder is none, either. */
export function parseManifest(text: string): BackupManifest | null {
  try {
    const data: unknown = JSON.parse(text);
    return isManifest(data) ? data : null;
  } catch {
    return null;
  }
}

function isManifest(data: unknown): data is BackupManifest {
  if (!isRecord(data) || data['podctl'] !== 1) return false;
  const texts = ['version', 'project', 'profile', 'key', 'made', 'source', 'how'].every((key) => isText(data[key]));
  return texts && hasFile(data) && KINDS.includes(data['kind']) && HOLDS.includes(data['holds']);
}

function hasFile(data: Readonly<Record<string, unknown>>): boolean {
  const { id, file, bytes, sha256, content, compress } = data;
  if (!isText(id) || !isBackupId(id) || !COMPRESSIONS.includes(compress)) return false;
  if (!isText(file) || !/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(file)) return false;
  if (!isText(sha256) || !/^[0-9a-f]{64}$/.test(sha256)) return false;
  return isCount(bytes) && isRecord(content) && isCount(content['bytes']);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
