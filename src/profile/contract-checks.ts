import type { Problem } from '../core/errors.js';
import { breaks, type Rule } from './contract-rule.js';
import { problemAt } from './placement.js';
import { isTree, type Leaf, nodeAt, sourceOf, type Tree, tableAt, textAt } from './tree.js';
import { plainText } from './words.js';

type Found = Omit<Problem, 'at'>;

// The rules that a key says something about.
const RULES: Readonly<Record<string, readonly string[]>> = {
  ends_with: ['url'],
  pattern: ['regex', 'url', 'path', 'file', 'directory'],
  min: ['integer'],
  max: ['integer'],
  one_of: ['enum'],
};

// What a rule cannot do without.
const NEEDS: Readonly<Record<string, string>> = { enum: 'one_of', regex: 'pattern' };

/** What is wrong with the env contract of all layers together: keys that do not go with each other, and values that break their own rule. */
export function checkContract(profile: Tree): readonly Problem[] {
  return [...tableAt(profile, ['env']).entries.values()].flatMap((node) => (isTree(node) ? checkVariable(node) : []));
}

function checkVariable(variable: Tree): readonly Problem[] {
  const own = [...checkRule(variable), ...checkGiving(variable), ...checkDelivery(variable)];
  // With a rule that makes no sense nothing can be held against it.
  return own.length > 0 ? own : checkSamples(variable);
}

function checkRule(variable: Tree): readonly Problem[] {
  const rule = textAt(variable, ['rule']) ?? 'text';
  const foreign = Object.entries(RULES).flatMap(([key, rules]) => {
    const message = `\`${key}\` says nothing about ${rule === 'integer' || rule === 'enum' ? 'an' : 'a'} ${rule}`;
    const hint = `it goes with rule = ${rules.map((word) => `"${word}"`).join(', ')}`;
    return rules.includes(rule) ? [] : flag(variable, key, { message, hint });
  });
  const needed = NEEDS[rule];
  const missing =
    needed === undefined || variable.entries.has(needed)
      ? []
      : flag(variable, 'rule', { message: `rule = "${rule}" needs \`${needed}\``, hint: `write ${needed} = …` });
  return [...foreign, ...missing, ...checkRange(variable), ...checkWords(variable)];
}

function checkRange(variable: Tree): readonly Problem[] {
  const { min, max } = ruleOf(variable);
  if (min === undefined || max === undefined || min <= max) return [];
  return flag(variable, 'max', { message: `no number is at least ${min} and at most ${max}`, hint: 'swap them' });
}

function checkWords(variable: Tree): readonly Problem[] {
  const words = ruleOf(variable).one_of;
  if (words === undefined || words.length > 0) return [];
  return flag(variable, 'one_of', { message: 'no word is allowed', hint: 'write one_of = ["…", "…"]' });
}

function checkGiving(variable: Tree): readonly Problem[] {
  const standard = 'default';
  const source = nodeAt(variable, ['source']);
  const kinds = isTree(source) ? source.entries.size : 1;
  return [
    ...(isTrue(variable, 'required') ? flag(variable, standard, DEFAULTED) : []),
    ...(isTrue(variable, 'secret') ? flag(variable, standard, OPEN_SECRET) : []),
    ...(variable.entries.has(standard) ? flag(variable, 'generate', GENERATED) : []),
    ...(kinds === 1 ? [] : flag(variable, 'source', ONE_SOURCE)),
  ];
}

const DEFAULTED: Found = {
  message: '`default` and `required` exclude each other',
  hint: 'a variable with a default is never missing: take one of the two out; a value to begin with goes in `example`',
};
const OPEN_SECRET: Found = {
  message: 'a secret has no `default`, for anyone could read it here',
  hint: 'write required = true, and perhaps generate = "hex:32"',
};
const GENERATED: Found = { message: '`generate` and `default` exclude each other', hint: 'take one of the two out' };
const ONE_SOURCE: Found = {
  message: '`source` has one key',
  hint: 'write source = { file = "…" }, { command = ["…"] } or { engine_secret = "…" }',
};

function checkDelivery(variable: Tree): readonly Problem[] {
  const way = textAt(variable, ['deliver']);
  const kept = textAt(variable, ['source', 'engine_secret']) !== undefined;
  return [
    ...(isFalse(variable, 'container') ? flag(variable, 'deliver', NOT_DELIVERED) : []),
    ...(isFalse(variable, 'container') && kept ? flag(variable, 'source', NOT_READABLE) : []),
    ...(way === 'engine_secret' && !kept ? flag(variable, 'deliver', NOT_KEPT) : []),
    ...(way === 'file' || way === 'engine_secret' ? [] : flag(variable, 'target', NO_FILE)),
  ];
}

const NOT_DELIVERED: Found = {
  message: '`deliver` says nothing about a variable that the container does not get',
  hint: 'take `deliver` or container = false out',
};
const NOT_READABLE: Found = {
  message: 'podctl cannot read a secret of the engine, and the container does not get it',
  hint: 'take container = false out',
};
const NOT_KEPT: Found = {
  message: 'deliver = "engine_secret" is for secrets that the engine keeps',
  hint: 'write source = { engine_secret = "NAME" }, or deliver = "file"',
};
const NO_FILE: Found = {
  message: '`target` is the place of a file, and the variable is no file',
  hint: 'write deliver = "file"',
};

// What the profile itself offers as a value must be a good one.
function checkSamples(variable: Tree): readonly Problem[] {
  return ['default', 'example'].flatMap((key) => {
    const value = valueAt(variable, key);
    const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? plainOf(key, value) : null;
    const broken = text === null ? null : breaks(text, ruleOf(variable));
    return broken === null ? [] : flag(variable, key, { message: `\`${key}\` breaks the rule: ${broken.sentence}` });
  });
}

function plainOf(key: string, text: string): string | null {
  return key === 'default' ? plainText(text) : text;
}

function ruleOf(variable: Tree): Rule {
  const [min, max, words] = ['min', 'max', 'one_of'].map((key) => valueAt(variable, key));
  return {
    rule: RULE_WORDS.find((word) => word === textAt(variable, ['rule'])),
    ends_with: textAt(variable, ['ends_with']),
    pattern: textAt(variable, ['pattern']),
    min: typeof min === 'number' ? min : undefined,
    max: typeof max === 'number' ? max : undefined,
    one_of: Array.isArray(words) ? words.map(String) : undefined,
  };
}

const RULE_WORDS = ['text', 'url', 'integer', 'enum', 'regex', 'path', 'file', 'directory'] as const;

function valueAt(variable: Tree, key: string): unknown {
  const node = nodeAt(variable, [key]);
  return node === undefined || isTree(node) ? undefined : node.value;
}

function isTrue(variable: Tree, key: string): boolean {
  return valueAt(variable, key) === true;
}

function isFalse(variable: Tree, key: string): boolean {
  return valueAt(variable, key) === false;
}

// A problem at a key, where the key is there.
function flag(variable: Tree, key: string, found: Found): readonly Problem[] {
  const node: Tree | Leaf | undefined = variable.entries.get(key);
  return node === undefined ? [] : [problemAt(sourceOf(node), found)];
}
