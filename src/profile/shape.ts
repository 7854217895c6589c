/** Keys and indices from the top of a profile. */
export type Path = readonly (string | number)[];

/** Tables whose keys the author chooses, by shape. */
const KEYED = new Set([
  'images',
  'images/*/args',
  'images/*/labels',
  'images/*/secrets',
  'lists',
  'modes',
  'commands',
  'config/keys',
  'env',
  'data',
  'container/mounts',
  'container/mounts/*/options',
  'container/ports',
  'container/env',
  'container/labels',
  'container/extra_hosts',
  'container/resources/ulimits',
  'test/services',
  'test/expect/labels',
  'stack/services',
]);

/** Whole tables that `false` takes away. */
const REMOVABLE = new Set([
  'config',
  'container/health',
  'container/ready',
  'test',
  'test/source',
  'test/expect',
  'test/services/*/ready',
  'stack',
]);

/** Texts that stand for themselves: keys of other tables, words for people, patterns. */
const PLAIN = new Set([
  '$schema',
  'name',
  'about',
  'extends',
  'default_mode',
  'modes/*/shown_each',
  'images/*/base',
  'images/*/base_arg',
  'images/*/uid_arg',
  'images/*/gid_arg',
  'images/*/secrets/*/env',
  'commands/*/examples/#',
  'commands/*/aliases/#',
  'container/image',
  'container/mounts/*/each',
  'container/env/*/from',
  'container/ready/port',
  'test/image',
  'test/mount_source/#',
  'stack/files/#',
  'stack/provider',
  'stack/profiles/#',
  'stack/services/*/port',
  'stack/services/*/path',
  'stack/services/*/timeout',
  'data/*/mount',
  'data/*/command',
  'data/*/password',
  'data/*/litestream/access_key',
  'data/*/litestream/secret_key',
]);

/** The few texts of the env contract that are filled in; the others are words for people, patterns, and what a value is held against. */
const FILLED_ENV = new Set(['env/*/default', 'env/*/source/file', 'env/*/source/command/#']);
/** What a service beside the tests has of its own; all its other keys are a container's. */
const SERVICE_OWN = new Set(['about', 'image', 'args', 'aliases', 'ready']);

/** Tables with an overlay of the container. */
const CONTAINERS = new Set(['modes/*', 'commands/*', 'test']);

/**
 * The kind of place that a path names: `*` for a key of the author's choice, `#` for an index, and one `container` for the
 * profile's, a mode's, a command's and a service's: `modes.public.container.mounts.cache.target` is `container/mounts/∗/target`.
 */
export function shapeOf(path: Path): string {
  let shape = '';
  for (const part of path) {
    const step = typeof part === 'number' ? '#' : KEYED.has(shape) ? '*' : part;
    shape = placeBelow(shape, step);
  }
  return shape;
}

/** The shape of a key below a shape. */
export function placeBelow(shape: string, step: string): string {
  if (shape === '') return step;
  if (CONTAINERS.has(shape) && step === 'container') return 'container';
  if (shape === 'test/services/*' && !SERVICE_OWN.has(step)) return `container/${step}`;
  return `${shape}/${step}`;
}

/** True where `false` means: take away what an earlier layer set. */
export function isRemovable(shape: string): boolean {
  return REMOVABLE.has(shape) || (shape.endsWith('/*') && KEYED.has(shape.slice(0, -2)));
}

/** True for a text in which `${VAR}` and `{name}` are filled in. */
export function isTemplate(shape: string): boolean {
  if (shape.startsWith('env/')) return FILLED_ENV.has(shape);
  return !PLAIN.has(shape) && !shape.startsWith('config/keys/') && !shape.endsWith('/about');
}

/** The mode whose overlay a path stands in. */
export function modeOf(path: Path): string | undefined {
  return path[0] === 'modes' && typeof path[1] === 'string' ? path[1] : undefined;
}
