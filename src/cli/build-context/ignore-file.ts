import { resolvePath } from '../../core/path.js';
import type { World } from '../../io/world.js';
import { ignoreNames, standardFiles } from '../../plan/ignore-choice.js';
import { type Builder, type IgnoreFile, parseIgnoreFile, wildExceptions } from '../../plan/ignore-file.js';
import { flavourOf } from '../project.js';

/** One build and what it reads. `file` null: the builder's own standard name. Paths are absolute. */
export type ContextTarget = {
  readonly image: string;
  readonly folder: string;
  readonly file: string | null;
  readonly target: string | null;
};

/** `builder`: what will read the contexts, as far as it is known without asking; `ask` tells docker's two apart. */
export type MeasureSite = {
  readonly world: World;
  readonly builder: 'docker' | Builder;
  readonly ask: () => Promise<Builder>;
};

/** A build with the ignore file that counts for it. */
export type Found = {
  readonly target: ContextTarget;
  readonly builder: Builder;
  readonly containerfile: string | null;
  /** null: there is none. */
  readonly path: string | null;
  readonly ignore: IgnoreFile;
  readonly unread: readonly string[];
};

/** Find the ignore file of a build. Docker's two builders are told apart only where they would differ: asking takes a while. */
export async function findIgnoreFile(target: ContextTarget, site: MeasureSite): Promise<Found> {
  const guess = site.builder === 'docker' ? 'classic' : site.builder;
  const found = await findFor(guess, target, site.world);
  if (site.builder !== 'docker') return found;
  const agree = found.unread.length === 0 && wildExceptions(found.ignore.patterns).length === 0;
  return agree ? found : findFor(await site.ask(), target, site.world);
}

async function findFor(builder: Builder, target: ContextTarget, world: World): Promise<Found> {
  const at = (name: string) => resolvePath(target.folder, name, flavourOf(world.host));
  const [first, ...others] = target.file === null ? standardFiles(builder).map(at) : [target.file];
  const existing = await Promise.all(others.map((file) => isFile(file, world)));
  const fallback = others.find((_, index) => existing[index] === true);
  const containerfile = first !== undefined && (await isFile(first, world)) ? first : (fallback ?? first ?? null);
  const names = ignoreNames(builder, containerfile ?? at('Dockerfile'));
  const path = await firstFile(names.counts.map(at), world);
  const unread = await Promise.all(
    names.unread.map(at).map(async (file) => ((await isFile(file, world)) ? [file] : [])),
  );
  const text = path === null ? '' : ((await world.files.readText(path)) ?? '');
  return { target, builder, containerfile, path, ignore: parseIgnoreFile(text), unread: unread.flat() };
}

async function firstFile(paths: readonly string[], world: World): Promise<string | null> {
  for (const path of paths) if (await isFile(path, world)) return path;
  return null;
}

async function isFile(path: string, { files }: World): Promise<boolean> {
  return (await files.stat(path))?.kind === 'file';
}
