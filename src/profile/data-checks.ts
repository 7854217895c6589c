import type { Problem } from '../core/errors.js';
import { problemAt } from './placement.js';
import { isTree, sourceOf, type Tree, tableAt } from './tree.js';
import { unknownWord, wordAt } from './words.js';

/** Kinds of data for which a key of [data.KEY] means something. */
const ONLY: Readonly<Record<string, readonly string[]>> = {
  file: ['sqlite'],
  migrations: ['sqlite'],
  litestream: ['sqlite'],
  user: ['mysql', 'mariadb', 'postgres'],
  password: ['mysql', 'mariadb', 'postgres'],
  databases: ['mysql', 'mariadb', 'postgres'],
};

/** All problems of [data]: what is left out, what does not belong together, and mounts and commands that are not there. */
export function checkData(profile: Tree): readonly Problem[] {
  return [...tableAt(profile, ['data']).entries.values()].flatMap((entry) =>
    isTree(entry)
      ? [...checkKind(entry), ...checkLitestream(entry), ...checkMount(entry, profile), ...checkCommand(entry, profile)]
      : [],
  );
}

function checkKind(entry: Tree): readonly Problem[] {
  const holds = wordAt(entry, ['holds'])?.word;
  if (holds === undefined) {
    const hint = 'write holds = "sqlite", "mysql", "mariadb", "postgres" or "files"';
    return [flag(entry, 'podctl does not know what this data is', hint)];
  }
  const foreign = [...entry.entries].flatMap(([key, node]) => {
    const kinds = Object.hasOwn(ONLY, key) ? ONLY[key] : undefined;
    if (kinds === undefined || kinds.includes(holds)) return [];
    return [
      problemAt(sourceOf(node), {
        message: `data that holds ${holds} has no \`${key}\``,
        hint: `\`${key}\` belongs to ${kinds.join(', ')}`,
      }),
    ];
  });
  if (holds !== 'sqlite' || entry.entries.has('file') || entry.entries.has('service')) return foreign;
  return [...foreign, flag(entry, 'the database has no file', 'write file = "/…", its path in the container')];
}

function checkLitestream(entry: Tree): readonly Problem[] {
  const litestream = entry.entries.get('litestream');
  if (litestream === undefined || !isTree(litestream) || litestream.entries.has('replica')) return [];
  return [flag(litestream, 'Litestream has no replica', 'write replica = "s3://bucket/path"')];
}

function checkMount(entry: Tree, profile: Tree): readonly Problem[] {
  const mount = wordAt(entry, ['mount']);
  if (entry.entries.has('service') || entry.entries.has('target')) return checkService(entry, mount !== null);
  if (mount === null) {
    return [flag(entry, 'the data has no mount', 'write mount = "…", a key of [container.mounts]')];
  }
  const found = allMounts(profile).filter(([key]) => key === mount.word);
  if (found.length === 0) {
    return [unknownWord(mount, 'mount', [...new Set(allMounts(profile).map(([key]) => key))])];
  }
  const wrong = found.map(([, node]) => unfit(node)).find((problem) => problem !== null) ?? null;
  return wrong === null ? [] : [problemAt(mount.source, wrong)];
}

// A service is looked for when the compose files are read.
function checkService(entry: Tree, hasMount: boolean): readonly Problem[] {
  if (hasMount) {
    const hint = 'write mount for a container of this profile, service and target for one of the compose files';
    return [flag(entry, 'the data has both a mount and a service', hint)];
  }
  if (!entry.entries.has('service')) return [flag(entry, 'the data has no service', 'write service = "…"')];
  const target = wordAt(entry, ['target']);
  if (target?.word.startsWith('/') === true) return [];
  return [flag(entry, 'the data has no target', 'write target = "/…", where the service has it mounted')];
}

function unfit(mount: Tree): Omit<Problem, 'at'> | null {
  if (wordAt(mount, ['type'])?.word === 'tmpfs') {
    return { message: 'a tmpfs keeps no data', hint: 'name a volume or a bind' };
  }
  if (wordAt(mount, ['each']) !== null) {
    return { message: 'this mount is repeated over a list', hint: 'give the data a mount of its own' };
  }
  if (wordAt(mount, ['kind'])?.word === 'file') {
    const hint = 'mount the folder: a database makes files beside itself';
    return { message: 'this mount is a single file', hint };
  }
  const source = wordAt(mount, ['source']);
  if (wordAt(mount, ['type'])?.word !== 'volume' || (source !== null && source.word !== '')) return null;
  return { message: 'the volume has no name, so the data goes with the container', hint: 'give it one: source = "…"' };
}

// Of the container itself and of every mode and command; one that only changes a mount has no `type`.
function allMounts(profile: Tree): readonly (readonly [string, Tree])[] {
  const overlays = ['modes', 'commands'].flatMap((table) =>
    [...tableAt(profile, [table]).entries.values()].flatMap((node) => (isTree(node) ? [node] : [])),
  );
  return [profile, ...overlays].flatMap((owner) =>
    [...tableAt(owner, ['container', 'mounts']).entries].flatMap(([key, node]) =>
      isTree(node) ? [[key, node] as const] : [],
    ),
  );
}

function checkCommand(entry: Tree, profile: Tree): readonly Problem[] {
  const command = wordAt(entry, ['command']);
  const keys = [...tableAt(profile, ['commands']).entries.keys()];
  return command === null || keys.includes(command.word) ? [] : [unknownWord(command, 'command', keys)];
}

function flag(entry: Tree, message: string, hint: string): Problem {
  return problemAt(sourceOf(entry), { message, hint });
}
