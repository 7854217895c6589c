import { dirname, join } from 'node:path';
import { PodctlError } from '../core/errors.js';
import type { Files } from './files.js';

/** What ships with podctl: its version, and the folders of profiles and templates. */
export type Assets = {
  readonly root: string;
  readonly version: string;
  readonly profiles: string;
  readonly templates: string;
};

/**
 * Find podctl's own package by looking upward for its package.json: the bundle lies one folder below it, the source two.
 * `from` is the folder to start in.
 */
export async function findAssets(files: Pick<Files, 'readText'>, from: string = import.meta.dirname): Promise<Assets> {
  for (let folder = from; ; folder = dirname(folder)) {
    const version = versionOf(await files.readText(join(folder, 'package.json')));
    if (version !== null) {
      return { root: folder, version, profiles: join(folder, 'profiles'), templates: join(folder, 'templates') };
    }
    if (dirname(folder) === folder) break;
  }
  throw new PodctlError('BUG', `podctl's own package.json was not found above \`${from}\``, {
    hint: 'install podctl again',
  });
}

function versionOf(text: string | null): string | null {
  if (text === null) return null;
  try {
    const data: unknown = JSON.parse(text);
    const named = typeof data === 'object' && data !== null && 'name' in data && data.name === 'podctl';
    return named && 'version' in data ? String(data.version) : null;
  } catch {
    // Some other, broken package.json on the way up is not ours to judge.
    return null;
  }
}
