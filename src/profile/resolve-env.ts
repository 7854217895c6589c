import type { Problem } from '../core/errors.js';
import { Secret } from '../core/secret.js';
import { deliveryOf, isSecretVariable } from './contract-source.js';
import { own } from './interpolate.js';
import { type OriginBook, usesOf } from './origins.js';
import { problemAt } from './placement.js';
import type { ResolvedEnv, ResolvedSecret, ResolveRequest } from './resolved.js';
import type { Container, EnvValue } from './schema.js';
import type { Source } from './source.js';
import { isTree, type Leaf, sourceOf, type Tree, tableAt } from './tree.js';

/** The container's environment, and what was found wrong with it. */
export type EnvResult = {
  readonly env: readonly ResolvedEnv[];
  /** What does not go by the environment. */
  readonly secrets: readonly ResolvedSecret[];
  readonly problems: readonly Problem[];
  /** Variables that were taken with `from`. */
  readonly taken: readonly string[];
};

/** A filled container, as a tree and as data. */
export type TypedTree = { readonly tree: Tree; readonly data: Container };

type Entry = { readonly name: string; readonly value: EnvValue; readonly node: Tree | Leaf };

/** Env files first, declared variables from wherever they come, the profile's `env` over both. */
export function resolveEnv(container: TypedTree, request: ResolveRequest, book: OriginBook): EnvResult {
  const nodes = tableAt(container.tree, ['env']).entries;
  const entries = Object.entries(container.data.env ?? {}).flatMap(([name, value]) => {
    const node = nodes.get(name);
    return value === false || node === undefined ? [] : [{ name, value: asTable(value), node }];
  });
  const written = new Map<string, ResolvedEnv>();
  const problems: Problem[] = [];
  const taken: string[] = [];
  for (const entry of entries) {
    const text = valueOf(entry, request);
    if (entry.value.value === undefined) taken.push(fromOf(entry));
    problems.push(...checkRequired(entry, text));
    if (text === undefined) continue;
    written.set(entry.name, { name: entry.name, value: entry.value.secret === true ? new Secret(text) : text });
    noteOrigin(entry, book);
  }
  const declared = fromContract(request, written, book);
  const env = [...fromFiles(request, written, book), ...declared.env, ...written.values()];
  return { env, secrets: declared.secrets, problems, taken };
}

/** Secrets that would be shown in plain: variables of a secret entry, and those declared as such, that are used elsewhere too. */
export function findLeaks(
  container: Tree,
  others: readonly (Tree | Leaf)[],
  contract: ResolveRequest['contract'],
): readonly Problem[] {
  const env = [...tableAt(container, ['env']).entries];
  const declared = (contract?.declared ?? []).flatMap(({ name, variable }) =>
    isSecretVariable(variable) ? [name] : [],
  );
  const entries = env.filter(([, node]) => isSecret(node)).flatMap(([name, node]) => variablesOf(node, name));
  const secret = new Set([...declared, ...entries]);
  if (secret.size === 0) return [];
  const open = [...container.entries].flatMap(([key, node]) => (key === 'env' ? [] : [node]));
  const plain = env.flatMap(([, node]) => (isSecret(node) ? [] : [node]));
  return [...open, ...plain, ...others].flatMap((node) => leaksIn(node, secret));
}

function asTable(value: string | number | EnvValue): EnvValue {
  return typeof value === 'object' ? value : { value: String(value) };
}

function fromOf({ name, value }: Entry): string {
  return value.from ?? name;
}

function valueOf(entry: Entry, request: ResolveRequest): string | undefined {
  const { value } = entry.value;
  return value === undefined ? own(request.variables, fromOf(entry))?.value : String(value);
}

function checkRequired(entry: Entry, text: string | undefined): readonly Problem[] {
  if (entry.value.required !== true || (text !== undefined && text !== '')) return [];
  const state = text === '' ? 'empty' : 'not set';
  const hint = entry.value.about ?? `set ${fromOf(entry)} in the environment or in an env file`;
  return [problemAt(sourceOf(entry.node), { message: `the variable \`${fromOf(entry)}\` is ${state}`, hint })];
}

function noteOrigin(entry: Entry, book: OriginBook): void {
  book.note(`env/${entry.name}`, entry.node);
  if (entry.value.value !== undefined) return;
  book.set(`env/${entry.name}`, [book.ofUse({ kind: 'variable', name: fromOf(entry), defaulted: false })]);
}

function fromFiles(
  request: ResolveRequest,
  written: ReadonlyMap<string, ResolvedEnv>,
  book: OriginBook,
): readonly ResolvedEnv[] {
  const found = new Map<string, ResolvedEnv>();
  const declared = new Set(request.contract?.declared.map(({ name }) => name));
  for (const { name, value, file, line } of request.envFileEntries ?? []) {
    if (written.has(name) || declared.has(name) || value === null) continue;
    found.set(name, { name, value: new Secret(value) });
    book.replace(`env/${name}`, [{ kind: 'variable', name, file, line }]);
  }
  return [...found.values()];
}

// What the profile declares as no secret may be shown, whatever file it stands in.
function fromContract(
  { contract }: ResolveRequest,
  written: ReadonlyMap<string, ResolvedEnv>,
  book: OriginBook,
): Pick<EnvResult, 'env' | 'secrets'> {
  const env: ResolvedEnv[] = [];
  const secrets: ResolvedSecret[] = [];
  for (const declared of contract?.declared ?? []) {
    const { name, origin } = declared;
    const delivery = written.has(name) ? null : deliveryOf(declared);
    if (delivery === null || origin === null) continue;
    book.replace(`${'by' in delivery ? 'secrets' : 'env'}/${name}`, [origin]);
    if ('by' in delivery) secrets.push(delivery);
    else env.push(delivery);
  }
  return { env, secrets };
}

function isSecret(node: Tree | Leaf): boolean {
  const leaf = isTree(node) ? node.entries.get('secret') : undefined;
  return leaf !== undefined && !isTree(leaf) && leaf.value === true;
}

function variablesOf(node: Tree | Leaf, name: string): readonly string[] {
  const used = usesOf(node).flatMap((use) => (use.kind === 'variable' ? [use.name] : []));
  if (!isTree(node) || node.entries.has('value')) return used;
  const from = node.entries.get('from');
  return [from !== undefined && !isTree(from) ? String(from.value) : name];
}

function leaksIn(node: Tree | Leaf, secret: ReadonlySet<string>): readonly Problem[] {
  if (isTree(node)) return [...node.entries.values()].flatMap((inner) => leaksIn(inner, secret));
  return (node.uses ?? []).flatMap((uses, index) => {
    const source = Array.isArray(node.value) ? { ...node.source, path: [...node.source.path, index] } : node.source;
    const names = uses.flatMap((use) => (use.kind === 'variable' && secret.has(use.name) ? [use.name] : []));
    return [...new Set(names)].map((name) => leak(name, source));
  });
}

function leak(name: string, source: Source): Problem {
  return problemAt(source, {
    message: `the secret variable \`${name}\` would be shown in plain here`,
    hint: 'hand secrets to the container by an env entry with secret = true only',
  });
}
