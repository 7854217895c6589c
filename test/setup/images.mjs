// @ts-check
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { unpackPackage } from './apt.mjs';
import { ask, tryAsk } from './clients.mjs';
import { findProgram } from './command.mjs';
import { isStaticProgram } from './elf.mjs';
import { SetupError, say } from './say.mjs';
import { stateFolder } from './state.mjs';

/** The small image that tests build on, under a name that works on every engine. */
export const BUSYBOX_IMAGE = 'localhost/podctl-test/busybox:1';

/** Carries the hash of all that an image was built from, so that it is built once per machine. */
export const HASH_LABEL = 'podctl-test.hash';

const BUSYBOX_CONTAINERFILE = `FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
CMD ["/bin/sh"]
`;

/**
 * @typedef {object} ImageRecipe
 * @property {string} name the image's full name with its tag
 * @property {string} containerfile its FROM may name only images that are on the engine
 * @property {Readonly<Record<string, string | Uint8Array>>} [files] the build context; a file that starts with `#!` or is a program becomes executable
 * @property {Readonly<Record<string, string>>} [args] build arguments
 */

/**
 * Builds an image, unless the engine has it from the same recipe.
 * @param {import('./clients.mjs').Client} client
 * @param {ImageRecipe} recipe
 * @returns {Promise<string>} the image's name
 */
export async function buildImage(client, recipe) {
  const hash = hashOf(recipe, await baseIds(client, recipe.containerfile));
  if ((await labelOf(client, recipe.name)) === hash) return recipe.name;
  const context = mkdtempSync(join(client.home ?? tmpdir(), 'podctl-test-build-'));
  try {
    writeContext(context, recipe, client.options);
    const args = Object.entries(recipe.args ?? {}).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
    // Podman looks for cached layers among all images, and fails when another file of tests removes one meanwhile.
    // One layer for all lines takes half the time. Only docker's format keeps SHELL and HEALTHCHECK; it is the one docker itself always writes.
    const format =
      client.program === 'podman' ? ['--format', 'docker', '--pull=never', '--no-cache', '--layers=false'] : [];
    const file = ['--file', join(context, 'Containerfile')];
    const label = ['--label', `${HASH_LABEL}=${hash}`];
    await ask(client, ['build', ...format, ...file, ...label, ...args, '--tag', recipe.name, context]);
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
  return recipe.name;
}

/**
 * Makes the small busybox image on an engine.
 * @param {import('./clients.mjs').Client} client
 */
export async function ensureBusybox(client) {
  const files = { busybox: readFileSync(await staticBusybox()) };
  await buildImage(client, { name: BUSYBOX_IMAGE, containerfile: BUSYBOX_CONTAINERFILE, files });
  // podman finds an image of localhost/ by its short name too; docker has to be told.
  if (client.program === 'docker') await ask(client, ['tag', BUSYBOX_IMAGE, BUSYBOX_IMAGE.replace('localhost/', '')]);
}

/**
 * Where a busybox is that runs without libraries: the machine's own, else one unpacked from its package.
 * @returns {Promise<string>}
 */
export async function staticBusybox() {
  const own = findProgram('busybox');
  if (own !== undefined && isStaticProgram(readFileSync(own))) return own;
  const folder = join(stateFolder(), 'busybox-static');
  const candidates = ['bin/busybox', 'usr/bin/busybox'].map((path) => join(folder, path));
  const there = () => candidates.find((path) => existsSync(path));
  if (there() === undefined) await unpackPackage('busybox-static', folder);
  const found = there();
  if (found === undefined) throw new SetupError('package `busybox-static` holds no busybox');
  return found;
}

/**
 * Proves that the engine really runs containers: the image starts and its exit code arrives.
 * @param {import('./clients.mjs').Client} client
 */
export async function provesItRuns(client) {
  const result = await tryAsk(client, ['run', '--rm', BUSYBOX_IMAGE, 'sh', '-c', 'exit 7'], { timeout: 60_000 });
  if (result.code === 7) return say(`${client.name} runs containers`);
  throw new SetupError(
    `${client.name} answers, but a container does not run (exit code ${result.code}):\n${result.stderr}`,
  );
}

/**
 * @param {ImageRecipe} recipe
 * @param {readonly string[]} bases
 */
export function hashOf(recipe, bases) {
  const hash = createHash('sha256').update(
    JSON.stringify([recipe.name, recipe.containerfile, recipe.args ?? {}, bases]),
  );
  for (const [path, content] of Object.entries(recipe.files ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`\0${path}\0${Buffer.byteLength(content)}\0`).update(content);
  }
  return hash.digest('hex');
}

/**
 * Ids of the images that the recipe builds on: a changed base means a new image.
 * @param {import('./clients.mjs').Client} client
 * @param {string} containerfile
 */
async function baseIds(client, containerfile) {
  const names = [...containerfile.matchAll(/^FROM\s+(\S+)/gim)].map((match) => match[1] ?? '');
  const ids = names.map(
    async (name) => (await tryAsk(client, ['image', 'inspect', '--format', '{{.Id}}', name])).stdout,
  );
  return (await Promise.all(ids)).map((id) => id.trim());
}

/**
 * @param {import('./clients.mjs').Client} client
 * @param {string} image
 */
async function labelOf(client, image) {
  const format = `{{index .Config.Labels "${HASH_LABEL}"}}`;
  const result = await tryAsk(client, ['image', 'inspect', '--format', format, image]);
  return result.code === 0 ? result.stdout.trim() : undefined;
}

/**
 * @param {string} context
 * @param {ImageRecipe} recipe
 * @param {{ readonly uid?: number, readonly gid?: number }} owner
 */
function writeContext(context, recipe, owner) {
  for (const [name, content] of Object.entries({ ...recipe.files, Containerfile: recipe.containerfile })) {
    const path = join(context, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    chmodSync(path, isExecutable(content) ? 0o755 : 0o644);
  }
  if (owner.uid !== undefined && owner.gid !== undefined) chownSync(context, owner.uid, owner.gid);
}

/** @param {string | Uint8Array} content */
function isExecutable(content) {
  const start = Buffer.from(content.slice(0, 4)).toString('latin1');
  return start.startsWith('#!') || start === '\x7fELF';
}
