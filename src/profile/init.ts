import type { LoadedProfile } from './merge.js';
import { isTree, type Leaf, type Tree, tableAt } from './tree.js';

/** The profile that a new podctl.toml extends; `word` is how the user named it. */
export type InitBase = { readonly word: string; readonly loaded: LoadedProfile };

const HEAD = `# podctl.toml: how this project's containers run.
# It takes everything from the profile below; what stands here wins. Tables merge by key, everything else is replaced, and
# \`false\` takes an entry away. \${VAR:-default} takes a variable, {project} is this folder. Uncomment what you need.
`;

/** Text of a new podctl.toml: a project's own profile from the template (\`@NAME@\` is its name), or one that extends \`base\`. */
export function renderInit(base: InitBase | null, own: { readonly template: string; readonly name: string }): string {
  if (base === null) return own.template.replaceAll('@NAME@', own.name);
  const { word, loaded } = base;
  const sections = [
    `${HEAD}\nextends = ${toml(word)}\n`,
    defaultMode(loaded),
    ...section(loaded.tree, ['lists']),
    ...entriesOf(loaded.tree, ['images']).flatMap((key) => section(loaded.tree, ['images', key], ['name', 'tag'])),
    ...entriesOf(loaded.tree, ['container', 'ports']).flatMap((key) =>
      section(loaded.tree, ['container', 'ports', key], ['host']),
    ),
    ...entriesOf(loaded.tree, ['container', 'mounts']).flatMap((key) =>
      section(loaded.tree, ['container', 'mounts', key], ['source']),
    ),
    commented(['[container.env]', 'TZ = "UTC"', 'TOKEN = { from = "TOKEN", secret = true }']),
    commented(['[container.resources]', 'memory = "2g"', 'cpus = 2']),
  ];
  return sections.filter((text) => text !== '').join('\n');
}

function defaultMode({ profile }: LoadedProfile): string {
  const [first, ...more] = Object.keys(profile.modes);
  if (first === undefined || more.length === 0) return '';
  return commented([
    `# one of ${[first, ...more].join(', ')}`,
    `default_mode = ${toml(profile.default_mode ?? first)}`,
  ]);
}

// A table with the keys that people change, as the base has them.
function section(tree: Tree, path: readonly string[], keys?: readonly string[]): readonly string[] {
  const table = tableAt(tree, path);
  const lines = [...table.entries].flatMap(([key, node]) =>
    isTree(node) || (keys !== undefined && !keys.includes(key)) ? [] : [`${tomlKey(key)} = ${tomlValue(node)}`],
  );
  return lines.length === 0 ? [] : [commented([`[${path.map(tomlKey).join('.')}]`, ...lines])];
}

function entriesOf(tree: Tree, path: readonly string[]): readonly string[] {
  return [...tableAt(tree, path).entries.keys()];
}

function commented(lines: readonly string[]): string {
  return `${lines.map((line) => `# ${line}`).join('\n')}\n`;
}

function tomlValue({ value }: Leaf): string {
  return Array.isArray(value) ? `[${value.map((each) => toml(String(each))).join(', ')}]` : toml(value);
}

function tomlKey(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : toml(key);
}

// TOML's basic strings are JSON's, but for the one control character that JSON leaves alone.
function toml(value: unknown): string {
  return JSON.stringify(value).replaceAll('\x7f', '\\u007f');
}
