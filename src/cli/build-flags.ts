import { PodctlError } from '../core/errors.js';
import { resolvePath } from '../core/path.js';
import { isPlatform } from '../core/platform.js';
import type { Host } from '../io/host.js';
import type { BuildImage, BuildSecret } from '../plan/build-image.js';
import { parseCsv } from '../spec/csv.js';
import type { Flags } from './parser.js';
import { flavourOf } from './project.js';

/** What the command line says of the images that are built. */
export type BuildFlags = {
  readonly platforms: readonly string[];
  readonly args: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, BuildSecret>>;
  readonly cacheFrom: readonly string[];
  readonly cacheTo: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly target: string | undefined;
};

/** Flags → what they say. Throws PodctlError('USAGE') for what cannot be read, and for a variable that is not set. */
export function readBuildFlags(flags: Flags, host: Host): BuildFlags {
  return {
    platforms: readPlatforms(flags.platform ?? []),
    args: Object.fromEntries((flags.buildArg ?? []).map((text) => readArg(text, host))),
    secrets: Object.fromEntries((flags.secret ?? []).map((text) => readSecret(text, host))),
    cacheFrom: flags.cacheFrom ?? [],
    cacheTo: flags.cacheTo ?? [],
    labels: Object.fromEntries((flags.label ?? []).map(readLabel)),
    target: flags.target,
  };
}

/** An image as the flags want it. Arguments, secrets, labels, caches and the target are meant for the images that are named. */
export function withBuildFlags<T extends BuildImage>(image: T, flags: BuildFlags, named: boolean): T {
  const { platforms, args, secrets, cacheFrom, cacheTo, labels, target } = flags;
  const platform = platforms.length === 0 ? {} : { platform: undefined, platforms };
  if (!named) return { ...image, ...platform };
  return {
    ...image,
    ...platform,
    args: { ...image.args, ...args },
    labels: { ...image.labels, ...labels },
    secrets: { ...image.secrets, ...secrets },
    ...(cacheFrom.length === 0 ? {} : { cache_from: cacheFrom }),
    ...(cacheTo.length === 0 ? {} : { cache_to: cacheTo }),
    ...(target === undefined ? {} : { target }),
  };
}

/** Flags that gave a value, by pointer: where `explain` says the words come from. */
export function flagOrigins(key: string, flags: BuildFlags): readonly (readonly [pointer: string, flag: string])[] {
  const at = `images/${key}`;
  const each = (names: readonly (string | number)[], field: string, flag: string) =>
    names.map((name) => [`${at}/${field}/${name}`, flag] as const);
  return [
    ...each(Object.keys(flags.args), 'args', '--build-arg'),
    ...each(Object.keys(flags.secrets), 'secrets', '--secret'),
    ...each(Object.keys(flags.labels), 'labels', '--label'),
    ...each([...flags.cacheFrom.keys()], 'cache_from', '--cache-from'),
    ...each([...flags.cacheTo.keys()], 'cache_to', '--cache-to'),
    ...(flags.platforms.length === 0 ? [] : [[`${at}/platforms`, '--platform'] as const]),
    ...(flags.target === undefined ? [] : [[`${at}/target`, '--target'] as const]),
  ];
}

/** Platforms as `--platform` gives them, each once. */
export function readPlatforms(values: readonly string[]): readonly string[] {
  const platforms = [...new Set(values.flatMap((value) => value.split(',').map((one) => one.trim())))];
  const wrong = platforms.find((platform) => !isPlatform(platform));
  if (wrong === undefined) return platforms;
  throw new PodctlError('USAGE', `\`--platform ${wrong}\` is not a platform`, {
    hint: 'write os/architecture, for instance linux/amd64 or linux/amd64,linux/arm64',
  });
}

function readArg(text: string, { env }: Host): readonly [string, string] {
  const [name, value] = splitPair(text);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw new PodctlError('USAGE', '`--build-arg` needs the name of a build argument', {
      hint: 'write --build-arg NAME=VALUE, or --build-arg NAME for a variable of yours',
    });
  }
  const given = value ?? env[name];
  if (given !== undefined) return [name, given];
  throw new PodctlError('USAGE', `\`--build-arg ${name}\`: the variable \`${name}\` is not set`, {
    hint: `set ${name}, or write --build-arg ${name}=VALUE`,
  });
}

function readLabel(text: string): readonly [string, string] {
  const [name, value] = splitPair(text);
  if (name !== '' && value !== undefined) return [name, value];
  throw new PodctlError('USAGE', `\`--label ${text}\` is not a label`, { hint: 'write --label NAME=VALUE' });
}

function readSecret(text: string, host: Host): readonly [string, BuildSecret] {
  const hint = 'write --secret id=NAME,src=FILE or --secret id=NAME,env=VARIABLE';
  const fields = new Map(parseCsv(text).map(splitPair));
  const file = fields.get('src') ?? fields.get('source');
  const env = fields.get('env');
  const known = [...fields.keys()].every((field) => ['id', 'src', 'source', 'env', 'type'].includes(field));
  const id = fields.get('id') ?? '';
  if (!known || !/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(id) || (file === undefined) === (env === undefined)) {
    // The text itself may hold what should stay hidden.
    throw new PodctlError('USAGE', '`--secret` does not say which secret, or where it is', { hint });
  }
  if (file === undefined) return [id, { env: env ?? '' }];
  return [id, { file: resolvePath(host.cwd, file, flavourOf(host)) }];
}

function splitPair(text: string): readonly [string, string | undefined] {
  const at = text.indexOf('=');
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
