import type { Problem } from '../core/errors.js';
import { normalizePath } from '../core/path.js';
import { problemAt } from './placement.js';
import { isTree, type Leaf, nodeAt, sourceOf, type Tree, tableAt } from './tree.js';
import { plainText, unknownWord, wordAt } from './words.js';

type Found = Omit<Problem, 'at'>;

/** The final form of a text, or null while it has none. */
type ReadText = (word: string) => string | null;

/** Keys of a mount that only some types have. */
export const ONLY: Readonly<Record<string, readonly string[]>> = {
  kind: ['bind'],
  contains: ['bind'],
  create: ['bind'],
  optional: ['bind'],
  propagation: ['bind'],
  selinux: ['bind', 'volume'],
  size: ['tmpfs'],
  mode: ['tmpfs'],
  driver: ['volume'],
  options: ['volume'],
};

const SAMPLE_TARGET = 'write target = "/…", the path in the container';

/**
 * What is wrong with one container as a whole. `filled`: variables are filled in and lists walked through, so that every text is
 * final; without it only what stands there plainly is judged.
 */
export function checkContainer(container: Tree, profile: Tree, filled: boolean): readonly Problem[] {
  const text: ReadText = filled ? (word) => word : plainText;
  return [
    ...checkImage(container, profile),
    ...checkMounts(tableAt(container, ['mounts']), text),
    // Lists are walked through by then, and a variable's value may hold braces of its own.
    ...(filled ? [] : checkLists(tableAt(container, ['mounts']), profile)),
    ...checkPorts(tableAt(container, ['ports'])),
    ...checkReady(container),
    ...checkEnv(tableAt(container, ['env'])),
  ];
}

function checkImage(container: Tree, profile: Tree): readonly Problem[] {
  const keys = [...tableAt(profile, ['images']).entries.keys()];
  const chosen = wordAt(container, ['image']);
  if (chosen !== null) return keys.includes(chosen.word) ? [] : [unknownWord(chosen, 'image', keys)];
  if (keys.length === 1 || isStackAlone(container, profile)) return [];
  const place = sourceOf(container.sources.length === 0 ? profile : container);
  const found =
    keys.length === 0
      ? { message: 'the profile has no image', hint: 'write [images.NAME] with name = "…"' }
      : {
          message: 'the container names none of the images',
          hint: `write image = "…" in [container]: ${keys.join(', ')}`,
        };
  return [problemAt(place, found)];
}

// Compose files have the images.
function isStackAlone(container: Tree, profile: Tree): boolean {
  const others = [...container.sources, ...tableAt(profile, ['commands']).sources];
  return others.length === 0 && isTree(nodeAt(profile, ['stack']));
}

function checkLists(mounts: Tree, profile: Tree): readonly Problem[] {
  const lists = [...tableAt(profile, ['lists']).entries.keys()];
  return [...mounts.entries.values()].flatMap((mount) => (isTree(mount) ? checkEach(mount, lists) : []));
}

function checkMounts(mounts: Tree, text: ReadText): readonly Problem[] {
  const targets = new Map<string, string>();
  return [...mounts.entries].flatMap(([key, mount]) => {
    if (!isTree(mount)) return [];
    const found = checkKind(mount, text);
    const target = wordAt(mount, ['target']);
    if (target === null) return [...found, flag(mount, { message: 'the mount has no target', hint: SAMPLE_TARGET })];
    const plain = text(target.word);
    if (plain === null) return found;
    const path = normalizePath(plain, 'posix');
    const other = targets.get(path);
    targets.set(path, key);
    if (other === undefined) return found;
    const message = `the mounts \`${other}\` and \`${key}\` have one target, \`${path}\``;
    return [...found, problemAt(target.source, { message, hint: 'give each mount a target of its own' })];
  });
}

function checkKind(mount: Tree, text: ReadText): readonly Problem[] {
  const type = wordAt(mount, ['type'])?.word;
  if (type === undefined) {
    return [flag(mount, { message: 'the mount has no type', hint: 'write type = "bind", "volume" or "tmpfs"' })];
  }
  const either = type === 'auto' ? ['bind', 'volume'] : [type];
  const foreign = [...mount.entries].flatMap(([key, node]) => {
    const types = Object.hasOwn(ONLY, key) ? ONLY[key] : undefined;
    if (types === undefined || types.some((one) => either.includes(one))) return [];
    return [
      flag(node, {
        message: `a ${either.join(' or ')} has no \`${key}\``,
        hint: `\`${key}\` belongs to a ${types.join(' or ')}`,
      }),
    ];
  });
  return [...foreign, ...checkSource(mount, type, text)];
}

function checkSource(mount: Tree, type: string, text: ReadText): readonly Problem[] {
  const source = wordAt(mount, ['source']);
  if (type === 'bind') {
    if (source !== null && source.word !== '') return [];
    return [flag(mount, { message: 'the bind has no source', hint: 'write source = "…", the path on this machine' })];
  }
  if (type === 'auto' && source === null) {
    return [
      flag(mount, { message: 'the mount has no source', hint: 'write source = "…", a path or a volume\'s name' }),
    ];
  }
  // Whether it is a path is known once it is filled in; then the type is known too (see mount-type.ts).
  if (source === null || type === 'auto') return [];
  if (type === 'tmpfs') {
    return [problemAt(source.source, { message: 'a tmpfs has no `source`', hint: 'take it out' })];
  }
  const plain = text(source.word);
  if (plain === null || /^([A-Za-z0-9][A-Za-z0-9_.-]*)?$/.test(plain)) return [];
  const hint = /[\\/~]/.test(plain)
    ? 'for a path of this machine write type = "bind"'
    : 'use letters, digits, `_`, `.` and `-`';
  return [problemAt(source.source, { message: `\`${plain}\` is not a name of a volume`, hint })];
}

function checkEach(mount: Tree, lists: readonly string[]): readonly Problem[] {
  const each = wordAt(mount, ['each']);
  const words = ['source', 'target'].flatMap((key) => wordAt(mount, [key]) ?? []);
  const walking = words.filter(({ word }) => word.includes('{each}'));
  if (each === null) {
    const hint = 'name the list: each = "…"';
    return walking.map(({ source }) => problemAt(source, { message: '`{each}` has no list to walk through', hint }));
  }
  if (!lists.includes(each.word)) return [unknownWord(each, 'list', lists)];
  if (wordAt(mount, ['target'])?.word.includes('{each}') !== false) return [];
  const message = 'every entry of the list would get the same target';
  return [flag(nodeAt(mount, ['target']) ?? mount, { message, hint: 'put {each} into the target' })];
}

function checkPorts(ports: Tree): readonly Problem[] {
  return [...ports.entries].flatMap(([, port]) => {
    if (!isTree(port) || port.entries.has('container')) return [];
    const hint = 'write container = NUMBER, the port that the program listens on';
    return [flag(port, { message: 'the port has no `container`', hint })];
  });
}

function checkReady(container: Tree): readonly Problem[] {
  const port = wordAt(container, ['ready', 'port']);
  const keys = [...tableAt(container, ['ports']).entries.keys()];
  if (port !== null) return keys.includes(port.word) ? [] : [unknownWord(port, 'port', keys)];
  const ready = nodeAt(container, ['ready']);
  if (!isTree(ready) || keys.length === 1) return [];
  return [flag(ready, { message: '`ready` names no port', hint: 'write port = "…", a key of [container.ports]' })];
}

function checkEnv(env: Tree): readonly Problem[] {
  return [...env.entries].flatMap(([, entry]) => {
    if (!isTree(entry)) return [];
    const value = entry.entries.get('value');
    const from = entry.entries.get('from');
    if (value === undefined || from === undefined) return [];
    return [
      flag(from, {
        message: '`value` and `from` exclude each other',
        hint: 'for a default write value = "${NAME:-…}"',
      }),
    ];
  });
}

function flag(node: Tree | Leaf, found: Found): Problem {
  return problemAt(sourceOf(node), found);
}
