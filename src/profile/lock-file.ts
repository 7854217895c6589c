import { stringify } from 'smol-toml';
import * as z from 'zod/mini';
import type { Problem } from '../core/errors.js';
import { formatImageRef, parseImageRef } from '../core/image-ref.js';
import { issuesOf } from './issues.js';
import { placeProblems, problemAt, problemsError } from './placement.js';
import type { ResolvedImage } from './resolved.js';
import type { Path } from './shape.js';
import { parseToml } from './toml.js';

export const LOCK_FILE = 'podctl.lock';

/** One image of the profile as it was when the lock was written. */
export type LockedImage =
  | {
      readonly kind: 'pulled';
      readonly ref: string;
      /** Of the whole image: where it has several platforms, of the list of them, which is the same on every machine. */
      readonly digest: string;
      readonly platforms: readonly string[];
    }
  | {
      /** It is built here and in no registry: its id holds on the machine that built it. */
      readonly kind: 'built';
      readonly ref: string;
      readonly id: string;
      /** Digests of the images that its Containerfile names, by reference. */
      readonly from: Readonly<Record<string, string>>;
    };

/** By key of the image. */
export type Lock = Readonly<Record<string, LockedImage>>;

/** A lock that was read, and the name that errors call its file by. */
export type LockSource = { readonly file: string; readonly lock: Lock };

const HEAD =
  '# Written by `podctl lock`. With --locked, podctl uses exactly these images. Keep this file with the project.\n';

const Schema = z.strictObject({
  version: z.number(),
  images: z.optional(
    z.record(
      z.string(),
      z.strictObject({
        ref: z.string(),
        digest: z.optional(z.string()),
        platforms: z.optional(z.array(z.string())),
        id: z.optional(z.string()),
        from: z.optional(z.record(z.string(), z.string())),
      }),
    ),
  ),
});

/** Read a lock file. Throws BAD_DATA with every problem, each with its line and column. */
export async function parseLock(source: { readonly file: string; readonly text: string }): Promise<LockSource> {
  const { file } = source;
  const data = parseToml(source);
  const parsed = Schema.safeParse(data);
  if (!parsed.success) {
    const found = issuesOf(Schema, data, parsed.error.issues);
    throw await mistakes(
      source,
      found.map((issue) => problemAt({ file, path: issue.path }, withHint(issue))),
    );
  }
  const entries = Object.entries(parsed.data.images ?? {});
  const odd = [...versionProblems(parsed.data.version), ...entries.flatMap(([key, image]) => oddities(key, image))];
  if (odd.length > 0) {
    throw await mistakes(
      source,
      odd.map(({ path, message }) => problemAt({ file, path }, { message, hint: REWRITE })),
    );
  }
  const lock = entries.map(([key, { ref, digest: of, id, platforms = [], from = {} }]): [string, LockedImage] =>
    of === undefined
      ? [key, { kind: 'built', ref, id: id ?? '', from }]
      : [key, { kind: 'pulled', ref, digest: of, platforms }],
  );
  return { file, lock: Object.fromEntries(lock) };
}

const REWRITE = 'write the file anew with `podctl lock`';

type Entry = {
  readonly digest?: string | undefined;
  readonly id?: string | undefined;
  readonly from?: Readonly<Record<string, string>> | undefined;
};
type Oddity = { readonly path: Path; readonly message: string };

function versionProblems(version: number): readonly Oddity[] {
  return version === 1 ? [] : [{ path: ['version'], message: `this podctl reads version 1, not ${version}` }];
}

function oddities(key: string, { digest, id, from = {} }: Entry): readonly Oddity[] {
  const path = ['images', key];
  if ((digest === undefined) === (id === undefined)) {
    return [{ path, message: 'an image has either a `digest` or an `id`' }];
  }
  const named = digest === undefined ? 'id' : 'digest';
  const all = [
    { path: [...path, named], value: digest ?? id ?? '' },
    ...Object.entries(from).map(([ref, value]) => ({ path: [...path, 'from', ref], value })),
  ];
  return all
    .filter(({ value }) => !/^sha256:[0-9a-f]{64}$/.test(value))
    .map((one) => ({ path: one.path, message: `\`${one.value}\` is no digest: sha256: and 64 hex digits` }));
}

function withHint({ message, hint }: Omit<Problem, 'at'>): Omit<Problem, 'at'> {
  return { message, hint: hint ?? REWRITE };
}

async function mistakes(source: { readonly file: string; readonly text: string }, problems: readonly Problem[]) {
  return problemsError(`\`${source.file}\` has mistakes`, await placeProblems(problems, () => source.text));
}

/** The text of a lock file: sorted by key, the same for the same images. */
export function formatLock(lock: Lock): string {
  const keys = Object.keys(lock).toSorted();
  const images = Object.fromEntries(keys.map((key) => [key, tableOf(lock[key])] as const));
  return `${HEAD}${stringify({ version: 1, images }).trimEnd()}\n`;
}

function tableOf(image: LockedImage | undefined): Readonly<Record<string, unknown>> {
  if (image === undefined) return {};
  if (image.kind === 'pulled') {
    const { ref, platforms } = image;
    return { ref, digest: image.digest, ...(platforms.length === 0 ? {} : { platforms: platforms.toSorted() }) };
  }
  const from = Object.entries(image.from).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { ref: image.ref, id: image.id, ...(from.length === 0 ? {} : { from: Object.fromEntries(from) }) };
}

type Images = Readonly<Record<string, ResolvedImage>>;

/** Images by digest instead of by tag. Throws BAD_DATA for wanted images that the lock does not have, or has under another name. */
export function lockImages(images: Images, wanted: readonly string[], source: LockSource): Images {
  const problems = wanted.flatMap((key) => problemOf(key, images[key], source));
  if (problems.length > 0) throw problemsError(`\`${source.file}\` does not fit the profile`, problems);
  const locked = wanted.flatMap((key) => {
    const [image, entry] = [images[key], source.lock[key]];
    if (image === undefined || entry?.kind !== 'pulled') return [];
    return [[key, { ...image, name: pinned(image.name, entry.digest), tag: '' }] as const];
  });
  return { ...images, ...Object.fromEntries(locked) };
}

/** Reference of a profile's image as it stands in a lock. */
export function lockRef({ name, tag }: Pick<ResolvedImage, 'name' | 'tag'>): string {
  return tag === '' ? name : `${name}:${tag}`;
}

function pinned(name: string, of: string): string {
  return formatImageRef({ ...parseImageRef(name), tag: null, digest: of });
}

function problemOf(key: string, image: ResolvedImage | undefined, { file, lock }: LockSource): readonly Problem[] {
  if (image === undefined) return [];
  const entry = Object.hasOwn(lock, key) ? lock[key] : undefined;
  const hint = `lock the images anew with \`podctl lock\``;
  if (entry === undefined) {
    return [problemAt({ file, path: ['images'] }, { message: `image \`${key}\` is not locked`, hint })];
  }
  const at = { file, path: ['images', key, 'ref'] };
  const ref = lockRef(image);
  if (entry.ref !== ref) {
    return [problemAt(at, { message: `image \`${key}\` is \`${ref}\` now, and was locked as \`${entry.ref}\``, hint })];
  }
  const built = image.context !== undefined;
  if (built === (entry.kind === 'built')) return [];
  const message = `image \`${key}\` is ${built ? 'built here' : 'pulled'} now, and was not when it was locked`;
  return [problemAt(at, { message, hint })];
}
