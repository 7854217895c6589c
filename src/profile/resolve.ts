import type { Problem } from '../core/errors.js';
import type { Origins } from '../core/origin.js';
import { chooseCommand, chooseMode } from './choose.js';
import { checkContainer } from './container-checks.js';
import { Filler } from './fill.js';
import { missingName, type Scope } from './interpolate.js';
import type { LoadedProfile } from './merge.js';
import { OriginBook, usesOf } from './origins.js';
import { problemsError } from './placement.js';
import { envFilesIn, resolveContainer } from './resolve-container.js';
import { findLeaks, resolveEnv } from './resolve-env.js';
import { fillImages, imageChain, imageKey, typedImages } from './resolve-images.js';
import type { EnvFileRef, ResolvedImage, ResolvedMode, ResolvedProfile, ResolveRequest } from './resolved.js';
import type { Use } from './source.js';
import { specPointer } from './spec-pointer.js';
import { isTree, type Leaf, nodeAt, type Tree, tableAt } from './tree.js';
import { containerOf } from './typed.js';
import { viewOf } from './view.js';

type Choice = { readonly mode: string | null; readonly command: string; readonly scope: Scope };

/** Everything of a profile that one command in one mode uses, with its texts final. */
type FilledParts = {
  readonly container: Tree;
  readonly image: string;
  readonly images: ReadonlyMap<string, Tree>;
  readonly args: Leaf | null;
  readonly hidden: Leaf | null;
  readonly shown: Leaf | null;
};

/**
 * Make a profile concrete: overlays laid over each other, lists walked through, variables and named values filled in. Only what
 * this command in this mode uses is looked at. Throws USAGE for an unknown command or mode, and BAD_DATA with all problems.
 */
export function resolveProfile(loaded: LoadedProfile, request: ResolveRequest): ResolvedProfile {
  const choice = choose(loaded, request);
  const filler = new Filler(loaded.tree, choice.scope);
  const parts = fillParts(loaded, choice, filler);
  stopAt(loaded, choice, withContract(request, filler.problems));
  const images = typedImages(parts.images, filler);
  const container = containerOf(parts.container);
  const book = new OriginBook(request);
  const env = resolveEnv({ tree: parts.container, data: container }, request, book);
  stopAt(loaded, choice, [
    ...filler.problems,
    ...env.problems,
    ...checkContainer(parts.container, loaded.tree, true),
    ...findLeaks(parts.container, othersOf(parts), request.contract),
  ]);
  noteOrigins(parts, book);
  const publish = loaded.profile.commands[choice.command]?.ports ?? true;
  const envFiles = envFilesIn(container, request.names['project'], request.flavour ?? 'posix');
  return {
    name: loaded.name,
    mode: choice.mode === null ? null : typedMode(loaded, choice.mode, parts),
    command: { name: choice.command, args: textsOf(parts.args), ports: publish },
    images,
    image: parts.image,
    container: resolveContainer(container, { env: env.env, secrets: env.secrets, envFiles, publish }),
    uses: usedBy(parts, env.taken),
    origins: book.origins,
  };
}

/**
 * The env files of one command in one mode; command null: those that all commands share, in the mode that a person would get. Read
 * them first, and give their entries to `resolveProfile`.
 */
export function envFilesOf(
  loaded: LoadedProfile,
  request: Omit<ResolveRequest, 'command'> & { readonly command: string | null },
): readonly EnvFileRef[] {
  const { command } = request;
  const { mode, scope } = command === null ? sharedChoice(loaded, request) : choose(loaded, { ...request, command });
  const filler = new Filler(loaded.tree, scope);
  const files = viewOf(loaded.tree, mode, command).tree.entries.get('env_files');
  if (files === undefined) return [];
  const filled = filler.fillTree({ entries: new Map([['env_files', files]]), sources: [] }, ['container']);
  if (filler.problems.length > 0) throw problemsError('the env files cannot be named', filler.problems);
  return envFilesIn(containerOf(filled), request.names['project'], request.flavour ?? 'posix');
}

function sharedChoice(
  loaded: LoadedProfile,
  { mode: wanted, variables, names }: Omit<ResolveRequest, 'command'>,
): Pick<Choice, 'mode' | 'scope'> {
  const { modes, default_mode: standard } = loaded.profile;
  const undecided = wanted === null && standard === undefined && Object.keys(modes).length > 1;
  const mode = undecided ? null : chooseMode(loaded, wanted);
  return { mode, scope: { variables, names: { ...names, mode: mode ?? undefined, profile: loaded.name } } };
}

/** What a mode hides and shows, whatever command uses it. Throws USAGE for an unknown mode, and BAD_DATA with all problems. */
export function resolveMode(
  loaded: LoadedProfile,
  request: Pick<ResolveRequest, 'variables' | 'names'> & { readonly mode: string },
): ResolvedMode {
  const { variables } = request;
  const mode = chooseMode(loaded, request.mode) ?? request.mode;
  const filler = new Filler(loaded.tree, { variables, names: { ...request.names, mode, profile: loaded.name } });
  const tree = tableAt(loaded.tree, ['modes', mode]);
  const parts = { hidden: filler.fillShown(tree, 'hidden'), shown: filler.fillShown(tree, 'shown') };
  if (filler.problems.length > 0) throw problemsError(`mode \`${mode}\` is not complete`, filler.problems);
  return typedMode(loaded, mode, parts);
}

/** Images for building: all of the profile's, or one with everything that it is built on (the image first). */
export function resolveImages(
  loaded: LoadedProfile,
  request: Omit<ResolveRequest, 'mode' | 'command'>,
  key: string | null,
): Readonly<Record<string, ResolvedImage>> {
  const names = { ...request.names, profile: loaded.name };
  const filler = new Filler(loaded.tree, { variables: request.variables, names });
  const keys = key === null ? Object.keys(loaded.profile.images) : imageChain(loaded.tree, key);
  const filled = fillImages(loaded.tree, keys, filler);
  if (filler.problems.length > 0) throw problemsError('the images cannot be named', filler.problems);
  const images = typedImages(filled, filler);
  if (filler.problems.length > 0) throw problemsError('the images cannot be named', filler.problems);
  return images;
}

/** Where the images' values came from, by pointers such as `images/app/args/VERSION`. */
export function imageOrigins(loaded: LoadedProfile, request: Omit<ResolveRequest, 'mode' | 'command'>): Origins {
  const names = { ...request.names, profile: loaded.name };
  const filler = new Filler(loaded.tree, { variables: request.variables, names });
  const book = new OriginBook({ ...request, mode: null, command: '' });
  for (const [key, tree] of fillImages(loaded.tree, Object.keys(loaded.profile.images), filler)) {
    book.note(`images/${key}`, tree);
  }
  return book.origins;
}

/** Where the application's own config file stands when `-c` does not say; null when the profile has none. */
export function configDefault(loaded: LoadedProfile, request: Omit<ResolveRequest, 'mode' | 'command'>): string | null {
  const leaf = nodeAt(loaded.tree, ['config', 'default']);
  if (leaf === undefined) return null;
  const filler = new Filler(loaded.tree, { variables: request.variables, names: request.names });
  const filled = filler.fillTree({ entries: new Map([['default', leaf]]), sources: [] }, ['config']);
  if (filler.problems.length > 0) throw problemsError('the config file has no default place', filler.problems);
  const [text] = textsOf(filled.entries.get('default') ?? null);
  return text ?? null;
}

function choose(loaded: LoadedProfile, request: ResolveRequest): Choice {
  const mode = chooseMode(loaded, request.mode);
  const command = chooseCommand(loaded, request.command);
  const names = { ...request.names, mode: mode ?? undefined, command, profile: loaded.name };
  return { mode, command, scope: { variables: request.variables, names } };
}

function fillParts(loaded: LoadedProfile, choice: Choice, filler: Filler): FilledParts {
  const { tree } = viewOf(loaded.tree, choice.mode, choice.command);
  const container = filler.fillTree(tree, ['container']);
  const image = imageKey(container, loaded.tree);
  const mode = choice.mode === null ? null : tableAt(loaded.tree, ['modes', choice.mode]);
  const at = ['commands', choice.command];
  const command = tableAt(loaded.tree, at).entries.get('args');
  const args =
    command === undefined ? null : filler.fillTree({ entries: new Map([['args', command]]), sources: [] }, at);
  return {
    container,
    image,
    images: fillImages(loaded.tree, imageChain(loaded.tree, image), filler),
    args: leafOf(args?.entries.get('args')),
    hidden: mode === null ? null : filler.fillShown(mode, 'hidden'),
    shown: mode === null ? null : filler.fillShown(mode, 'shown'),
  };
}

function typedMode(loaded: LoadedProfile, name: string, parts: Pick<FilledParts, 'hidden' | 'shown'>): ResolvedMode {
  const exposure = loaded.profile.modes[name]?.exposure ?? null;
  return { name, exposure, hidden: textsOf(parts.hidden), shown: textsOf(parts.shown) };
}

function noteOrigins(parts: FilledParts, book: OriginBook): void {
  for (const [key, node] of parts.container.entries) {
    if (key === 'env' || key === 'image') continue;
    const pointer = specPointer(key);
    if (!isTree(node) || !['mounts', 'ports', 'labels', 'resources', 'extra_hosts'].includes(key))
      book.note(pointer, node);
    else for (const [name, inner] of node.entries) book.note(`${pointer}/${specPointer(name, key)}`, inner);
  }
  for (const [key, tree] of parts.images)
    for (const [name, node] of tree.entries) book.note(`images/${key}/${name}`, node);
  noteImage(parts, book);
  if (parts.args !== null) book.note('args', parts.args);
  if (parts.hidden !== null) book.note('hidden', parts.hidden);
  if (parts.shown !== null) book.note('shown', parts.shown);
}

function noteImage(parts: FilledParts, book: OriginBook): void {
  const image = parts.images.get(parts.image);
  const chosen = parts.container.entries.get('image');
  for (const key of ['name', 'tag']) {
    const node = image?.entries.get(key);
    if (node !== undefined) book.note('image', node);
  }
  if (chosen !== undefined) book.note('image', chosen);
  for (const key of ['platform', 'pull']) {
    const node = image?.entries.get(key);
    if (node !== undefined) book.note(key, node);
  }
}

function usedBy(parts: FilledParts, taken: readonly string[]): ResolvedProfile['uses'] {
  const uses: readonly Use[] = [parts.container, ...othersOf(parts)].flatMap(usesOf);
  const pick = (kind: 'variable' | 'name'): readonly string[] =>
    uses.flatMap((use) => (use.kind === kind ? [use.name] : []));
  return { variables: [...new Set([...pick('variable'), ...taken])], names: [...new Set(pick('name'))] };
}

function othersOf(parts: FilledParts): readonly (Tree | Leaf)[] {
  return [...parts.images.values(), ...[parts.args, parts.hidden, parts.shown].filter((leaf) => leaf !== null)];
}

function leafOf(node: Tree | Leaf | undefined): Leaf | null {
  return node === undefined || isTree(node) ? null : node;
}

function textsOf(node: Tree | Leaf | null): readonly string[] {
  if (node === null || isTree(node)) return [];
  return Array.isArray(node.value) ? node.value.map(String) : [String(node.value)];
}

// What else is wrong may come from a value that breaks its rule: beside broken rules only variables count that nobody declares.
function withContract({ contract }: ResolveRequest, problems: readonly Problem[]): readonly Problem[] {
  if (contract === undefined || contract.problems.length === 0) return problems;
  const declared = new Set(contract.declared.map(({ name }) => name));
  const missing = problems.filter(({ message }) => {
    const name = missingName(message);
    return name !== null && !declared.has(name);
  });
  return [...contract.problems, ...missing];
}

function stopAt(loaded: LoadedProfile, choice: Choice, problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const where = choice.mode === null ? '' : ` in mode \`${choice.mode}\``;
  throw problemsError(`\`${choice.command}\`${where} of profile \`${loaded.name}\` is not complete`, problems);
}
