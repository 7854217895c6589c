import type { Tools } from '../ask.js';
import type { FoundEngine } from '../engine.js';
import { asList, asObject, asText, type Json, parseJson } from '../json.js';

/** An image that is there. `size` in bytes. */
export type ListedImage = { readonly name: string; readonly size: number };

const LIMIT_MS = 8_000;
const MOST_TRIES = 3;

/** Images with a name, as the engine lists them. */
export async function listImages(
  { facts, connection }: FoundEngine,
  { probe, run }: Tools,
): Promise<readonly ListedImage[]> {
  const { address, program, globals } = connection;
  if (address !== null) {
    const { json } = await probe(address, { path: '/images/json', timeout: LIMIT_MS });
    return asList(json).flatMap((image) => fromApi(asObject(image)));
  }
  const podman = facts.name.startsWith('podman');
  const args = ['images', '--format', podman ? 'json' : '{{json .}}'];
  const { stdout } = await run({ file: program, args: [...globals, ...args], timeout: LIMIT_MS });
  if (podman) return asList(parseJson(stdout)).flatMap((image) => fromPodman(asObject(image)));
  return stdout.split('\n').flatMap((line) => fromLine(asObject(parseJson(line))));
}

/** The images to try a container with: those that are known to have tools, then the smallest. */
export function chooseImages(images: readonly ListedImage[]): readonly string[] {
  const rank = ({ name }: ListedImage): number => (/busybox|alpine|debian|ubuntu|fedora/.test(name) ? 0 : 1);
  const sorted = images.toSorted((a, b) => rank(a) - rank(b) || a.size - b.size);
  return [...new Set(sorted.map(({ name }) => name))].slice(0, MOST_TRIES);
}

function fromApi(image: Json): readonly ListedImage[] {
  return named(asList(image['RepoTags']).map(asText), image['Size']);
}

function fromPodman(image: Json): readonly ListedImage[] {
  return named(asList(image['Names']).map(asText), image['Size']);
}

// The program's list has sizes in words; its order, the newest first, is as good.
function fromLine(row: Json): readonly ListedImage[] {
  const [repository, tag] = [asText(row['Repository']), asText(row['Tag'])];
  return named(repository === '' ? [] : [`${repository}:${tag}`], 0);
}

function named(names: readonly string[], size: unknown): readonly ListedImage[] {
  const [name] = names.filter((one) => one !== '' && !one.includes('<none>'));
  return name === undefined ? [] : [{ name, size: typeof size === 'number' ? size : 0 }];
}
