import type { Problem } from '../core/errors.js';
import { checkContainer } from './container-checks.js';
import { checkContract } from './contract-checks.js';
import { checkData } from './data-checks.js';
import { problemAt } from './placement.js';
import { foldName, isReserved } from './reserved.js';
import type { Source } from './source.js';
import { checkTest } from './test-checks.js';
import { TEST_COMMAND, testTree } from './test-tree.js';
import { isTree, type Leaf, nodeAt, sourceOf, type Tree, tableAt, textAt } from './tree.js';
import { viewOf } from './view.js';
import { unknownWord, type Word, wordAt } from './words.js';

/** All problems of the layers as a whole: references between tables, and every container that a mode and a command make. */
export function checkProfile(profile: Tree, emptyRemovals: readonly Source[]): readonly Problem[] {
  return unique([
    ...checkName(profile),
    ...checkImages(profile),
    ...checkContract(profile),
    ...checkModes(profile),
    ...checkCommands(profile),
    ...checkTest(profile),
    ...checkData(profile),
    ...checkContainers(profile, emptyRemovals),
  ]);
}

function checkName(profile: Tree): readonly Problem[] {
  if (textAt(profile, ['name']) !== undefined) return [];
  const hint = 'write name = "…" at the top, or extend a profile that has one';
  return [problemAt(sourceOf(profile), { message: 'the profile has no name', hint })];
}

function checkImages(profile: Tree): readonly Problem[] {
  const images = tableAt(profile, ['images']);
  const keys = [...images.entries.keys()];
  return [...checkBases(images, keys), ...keys.flatMap((key) => checkSecrets(tableAt(images, [key, 'secrets'])))];
}

// A build can read a secret from one place only.
function checkSecrets(secrets: Tree): readonly Problem[] {
  return [...secrets.entries].flatMap(([id, node]) => {
    if (!isTree(node) || node.entries.has('file') !== node.entries.has('env')) return [];
    const message = `the secret \`${id}\` needs \`file\` or \`env\`${node.entries.has('file') ? ', not both' : ''}`;
    return [
      problemAt(sourceOf(node), { message, hint: 'say where its value comes from: env = "NAME" or file = "PATH"' }),
    ];
  });
}

function checkBases(images: Tree, keys: readonly string[]): readonly Problem[] {
  return keys.flatMap((key) => {
    const base = wordAt(images, [key, 'base']);
    const hint = 'name the image that this one is built on: base = "…"';
    if (base === null) {
      return ['base_arg', 'with_base'].flatMap((field) => {
        const node = nodeAt(images, [key, field]);
        return node === undefined ? [] : [problemAt(sourceOf(node), { message: `\`${field}\` needs \`base\``, hint })];
      });
    }
    if (!keys.includes(base.word)) return [unknownWord(base, 'image', keys)];
    const chain = baseChain(images, key);
    if (chain.at(-1) !== key || chain.length === 1) return [];
    const message = `the image \`${key}\` is built on itself: ${chain.join(' → ')}`;
    return [problemAt(base.source, { message, hint: 'take one `base` out' })];
  });
}

// Ends at the first image without a base, or that was met before.
function baseChain(images: Tree, key: string): readonly string[] {
  const chain = [key];
  for (;;) {
    const next = textAt(images, [chain.at(-1) ?? key, 'base']);
    if (next === undefined) return chain;
    const met = chain.includes(next);
    chain.push(next);
    if (met) return chain;
  }
}

function checkModes(profile: Tree): readonly Problem[] {
  const modes = tableAt(profile, ['modes']);
  const lists = [...tableAt(profile, ['lists']).entries.keys()];
  const keys = [...modes.entries.keys()];
  const chosen = wordAt(profile, ['default_mode']);
  const wrong = chosen !== null && !keys.includes(chosen.word);
  return [
    ...(wrong ? [unknownWord(chosen, 'mode', keys)] : []),
    ...keys.flatMap((key) => [...checkExposure(tableAt(modes, [key])), ...checkShown(tableAt(modes, [key]), lists)]),
  ];
}

// Without roots to hide, nothing would be judged, and `public` would promise what nobody looks at.
function checkExposure(mode: Tree): readonly Problem[] {
  const exposure = wordAt(mode, ['exposure']);
  if (exposure === null || exposure.word !== 'public') return [];
  const hidden = nodeAt(mode, ['hidden']);
  if (hidden !== undefined && !isTree(hidden) && Array.isArray(hidden.value) && hidden.value.length > 0) return [];
  const message = '`exposure = "public"` hides nothing, so nothing would be refused';
  const hint = 'name the folders that must stay out of reach: hidden = ["/data/private"]';
  return [problemAt(exposure.source, { message, hint })];
}

function checkShown(mode: Tree, lists: readonly string[]): readonly Problem[] {
  const list = wordAt(mode, ['shown_each']);
  if (list !== null && !lists.includes(list.word)) return [unknownWord(list, 'list', lists)];
  const shown = nodeAt(mode, ['shown']);
  if (shown === undefined || isTree(shown) || !Array.isArray(shown.value)) return [];
  const walks = shown.value.some((entry) => typeof entry === 'string' && entry.includes('{each}'));
  if (walks && list === null) {
    const hint = 'name the list: shown_each = "…"';
    return [problemAt(shown.source, { message: '`{each}` has no list to walk through', hint })];
  }
  return [];
}

function checkCommands(profile: Tree): readonly Problem[] {
  const commands = tableAt(profile, ['commands']);
  const taken = new Map<string, string>();
  const problems: Problem[] = [];
  for (const [name, node] of commands.entries) {
    problems.push(...takeName(taken, name, sourceOf(node)));
    if (isTree(node)) {
      const aliases = nodeAt(node, ['aliases']);
      for (const alias of aliasesOf(aliases)) problems.push(...takeName(taken, alias.word, alias.source));
    }
  }
  return problems;
}

function aliasesOf(node: Tree | Leaf | undefined): readonly Word[] {
  if (node === undefined || isTree(node) || !Array.isArray(node.value)) return [];
  const { value, source } = node;
  return value.flatMap((word, index) =>
    typeof word === 'string' && !isReserved(word)
      ? [{ word, source: { ...source, path: [...source.path, index] } }]
      : [],
  );
}

function takeName(taken: Map<string, string>, name: string, source: Source): readonly Problem[] {
  const folded = foldName(name);
  const other = taken.get(folded);
  if (other === undefined) {
    taken.set(folded, name);
    return [];
  }
  const message =
    other === name
      ? `two commands are called \`${name}\``
      : `\`${name}\` and \`${other}\` are one command: dashes and underscores are the same`;
  return [problemAt(source, { message, hint: 'give each command a name of its own' })];
}

function checkContainers(profile: Tree, emptyRemovals: readonly Source[]): readonly Problem[] {
  const sound = new Set<string>();
  const empty = new Map<string, Source>(emptyRemovals.map((source) => [idOf(source), source]));
  const problems: Problem[] = [];
  for (const mode of keysOrNull(profile, 'modes')) {
    for (const [whole, command] of commandsOf(profile)) {
      const { tree, removals } = viewOf(whole, mode, command);
      problems.push(...checkContainer(tree, profile, false));
      for (const source of removals.sound) sound.add(idOf(source));
      for (const source of removals.empty) empty.set(idOf(source), source);
    }
  }
  const useless = [...empty].filter(([id]) => !sound.has(id));
  return [...problems, ...useless.map(([, source]) => nothingToRemove(source))];
}

// Tests are one more command, over a container of which they may replace more than others do.
function commandsOf(profile: Tree): readonly (readonly [Tree, string | null])[] {
  const own = keysOrNull(profile, 'commands').map((command) => [profile, command] as const);
  if (!isTree(nodeAt(profile, ['test']))) return own;
  return [...own, [testTree(profile, { mountSource: true, image: null }), TEST_COMMAND]];
}

function nothingToRemove(source: Source): Problem {
  return problemAt(source, {
    message: `\`false\` takes \`${source.path.at(-1)}\` away, but no earlier layer sets it`,
    hint: 'check the name; for the text false write "false"',
  });
}

function keysOrNull(profile: Tree, table: string): readonly (string | null)[] {
  const keys = [...tableAt(profile, [table]).entries.keys()];
  return keys.length === 0 ? [null] : keys;
}

function unique(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>();
  return problems.filter((problem) => {
    const id = JSON.stringify([problem.message, problem.at]);
    if (seen.has(id)) return false;
    seen.add(id);
    return true;
  });
}

function idOf(source: Source): string {
  return JSON.stringify([source.file, source.path]);
}
