import { join } from 'node:path';
import { PodctlError } from '../../core/errors.js';
import type { Files } from '../../io/files.js';

const NAMES = [
  ...(['index.html', 'page.css', 'icon.svg', 'page.js', 'api.js', 'dom.js', 'session.js'] as const),
  ...(['list.js', 'name.js', 'releases.js', 'wakes.js', 'logs.js', 'variables.js', 'words.js'] as const),
] as const;

/** Read the page's files from podctl's folder of templates, once: no request reads a file. */
export async function readPage(
  files: Pick<Files, 'readText'>,
  templates: string,
): Promise<ReadonlyMap<string, string>> {
  const entries = NAMES.map(async (name): Promise<[string, string]> => {
    const text = await files.readText(join(templates, 'rac', name));
    if (text !== null) return [name, text];
    throw new PodctlError('BUG', `the page's file \`${name}\` is missing`, { hint: 'install podctl again' });
  });
  return new Map(await Promise.all(entries));
}
