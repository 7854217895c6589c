import { isAbsolute, normalizePath, resolvePath } from '../core/path.js';
import { parseSize } from '../core/size.js';
import type { ResolvedMount, ResolvedProfile } from '../profile/resolved.js';
import type { BuildBook } from './build-book.js';
import { parseMountFlag } from './mount-flag.js';
import type { SpecRequest } from './request.js';
import type { Mount } from './spec.js';

export type BuiltMounts = {
  readonly mounts: readonly Mount[];
  /** Keys of mounts with `selinux = "none"`: podctl's own rules leave them alone. */
  readonly unlabelled: ReadonlySet<string>;
};

/** The profile's mounts and those of `--mount`, every path absolute. A flag takes the place of a mount with the same target. */
export function buildMounts(resolved: ResolvedProfile, request: SpecRequest, book: BuildBook): BuiltMounts {
  const written = resolved.container.mounts;
  const own = written.map((mount) => profileMount(mount, request, book));
  const added = request.flags.mounts.flatMap((text, index) => flagMount(text, `flag/${index}`, { request, book }));
  checkTwice(added, book);
  const kept = own.filter((mount) => !isReplaced(mount, added, book));
  return {
    mounts: [...kept, ...added],
    unlabelled: new Set(written.filter(({ selinux }) => selinux === 'none').map(({ key }) => key)),
  };
}

function profileMount(mount: ResolvedMount, request: SpecRequest, book: BuildBook): Mount {
  const { key, type, target, source, read_only, selinux, size, about: _, ...rest } = mount;
  const at = `mounts/${key}`;
  const { kind, contains, create, optional, propagation, mode, driver, options, ...unhandled } = rest;
  unhandled satisfies Record<string, never>;
  const own = type === 'bind' ? hostPath(source ?? '', request.project ?? request.cwd, request) : source;
  return {
    key,
    type,
    source: own ?? '',
    target: normalizePath(target, 'posix'),
    readOnly: read_only === true,
    selinux: selinux === 'none' ? null : orNull(selinux),
    propagation: orNull(propagation),
    kind: orNull(kind),
    contains: contains ?? [],
    create: create === true,
    optional: optional === true,
    size: size === undefined ? null : book.attempt(() => parseSize(String(size)), null, { at }),
    mode: orNull(mode),
    driver: orNull(driver),
    options: options ?? {},
  };
}

function orNull<T>(value: T | undefined): T | null {
  return value ?? null;
}

function flagMount(
  text: string,
  key: string,
  { request, book }: { readonly request: SpecRequest; readonly book: BuildBook },
): readonly Mount[] {
  const at = `mounts/${key}`;
  const parsed = book.attempt(() => parseMountFlag(text), null, { at });
  if (parsed === null) return [];
  book.setOrigins(at, [{ kind: 'flag', flag: '--mount' }]);
  const source = parsed.type === 'bind' ? hostPath(parsed.source, request.cwd, request) : parsed.source;
  return [{ ...parsed, key, source, target: normalizePath(parsed.target, 'posix') }];
}

/** `~` is the user's home; anything else that is not absolute counts from `start`. */
function hostPath(path: string, start: string, { host, flavour }: SpecRequest): string {
  const home = /^~(?=$|[\\/])/.exec(path) === null ? path : `${host.home}${path.slice(1)}`;
  return isAbsolute(home, flavour) ? normalizePath(home, flavour) : resolvePath(start, home, flavour);
}

function checkTwice(added: readonly Mount[], book: BuildBook): void {
  added.forEach((mount, index) => {
    if (added.findIndex(({ target }) => target === mount.target) === index) return;
    book.fail('USAGE', `mounts/${mount.key}`, {
      message: `\`--mount\` is given twice for the target \`${mount.target}\``,
      hint: 'give each mount a target of its own',
    });
  });
}

function isReplaced(mount: Mount, added: readonly Mount[], book: BuildBook): boolean {
  const by = added.find(({ target }) => target === mount.target);
  if (by === undefined) return false;
  book.dropOrigins(`mounts/${mount.key}`);
  book.note(`mounts/${by.key}`, `--mount takes the place of the profile's mount \`${mount.key}\` on ${mount.target}`);
  return true;
}
