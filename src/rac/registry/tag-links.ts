import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRepository } from './repository.js';

/** Whether every tag of a name is stored with the digest that `heard` says; also false where that cannot be seen. */
export type TagsAsHeard = (name: string, heard: (tag: string) => string | null) => Promise<boolean>;

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/**
 * Looks at the files in which Distribution keeps the digest of each tag, in `data`, the folder of its filesystem driver. That costs a hundredth
 * of two questions to it, which matters for thousands of names each minute; whatever is not plainly as it was heard is for the registry to say.
 */
export function tagsAsHeard(data: string): TagsAsHeard {
  const repositories = join(data, 'docker/registry/v2/repositories');
  return async (name, heard) => {
    if (!isRepository(name)) return false;
    const folder = join(repositories, name, '_manifests/tags');
    try {
      for (const tag of await readdir(folder)) {
        // oxlint-disable-next-line no-await-in-loop -- few tags, of thousands of names
        const digest = (await readFile(join(folder, tag, 'current/link'), 'utf8')).trim();
        if (!DIGEST.test(digest) || digest !== heard(tag)) return false;
      }
      return true;
    } catch {
      // Not there, or just being written.
      return false;
    }
  };
}
