// @ts-check
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePackages } from './apt.mjs';
import { ask, tryAsk } from './clients.mjs';
import { run } from './command.mjs';
import { HASH_LABEL } from './images.mjs';
import { say } from './say.mjs';
import { stateFolder, withLock } from './state.mjs';

/** What a container needs none of. */
const LEFT_OUT = ['doc', 'man', 'locale', 'info', 'lintian'].map((name) => `path-exclude=/usr/share/${name}/*`);

/**
 * A whole Debian with packages, as an image. Its tree is made once per machine, and imported once per engine.
 * @param {import('./clients.mjs').Client} client
 * @param {{ readonly name: string, readonly packages: readonly string[] }} wish `name`: a word
 * @returns {Promise<string>} the image's name
 */
export async function debianImage(client, { name, packages }) {
  const hash = createHash('sha256')
    .update(JSON.stringify([packages, LEFT_OUT]))
    .digest('hex')
    .slice(0, 12);
  const image = `localhost/podctl-test/${name}:${hash}`;
  if ((await tryAsk(client, ['image', 'inspect', image])).code === 0) return image;
  const tree = join(stateFolder(), `${name}-${hash}.tar`);
  await withLock(() => makeTree(tree, packages));
  const label = ['--change', `LABEL ${HASH_LABEL}=${hash}`, '--change', 'ENV PATH=/usr/sbin:/usr/bin:/sbin:/bin'];
  const copy = client.home === null ? null : join(client.home, `${name}-${hash}.tar`);
  try {
    // Another user may not look into the folder of the set-up.
    if (copy !== null) copyFileSync(tree, copy);
    await ask(client, ['import', ...label, copy ?? tree, image], { timeout: 300_000 });
  } finally {
    if (copy !== null) rmSync(copy, { force: true });
  }
  return image;
}

/**
 * @param {string} tree path of the archive
 * @param {readonly string[]} packages
 */
async function makeTree(tree, packages) {
  if (existsSync(tree)) return;
  await ensurePackages({ mmdebstrap: 'mmdebstrap' });
  say(`mmdebstrap ${packages.join(' ')}`);
  const part = `${tree}.${process.pid}.tar`;
  const options = ['--variant=minbase', ...LEFT_OUT.map((text) => `--dpkgopt=${text}`)];
  try {
    await run(['mmdebstrap', ...options, `--include=${packages.join(',')}`, 'bookworm', part], { timeout: 600_000 });
    renameSync(part, tree);
  } finally {
    rmSync(part, { force: true });
  }
}
