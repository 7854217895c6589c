import type { Source } from './source.js';
import { isTree, type Leaf, mergeTrees, type Tree, tableAt, textAt } from './tree.js';

/** Name of the command that a run of the tests is resolved as. */
export const TEST_COMMAND = 'test-image';

/** Key of the mount that [test.source] describes. */
export const SOURCE_MOUNT = 'test-source';

// What a service has beside the fields of its container.
const SERVICE_OWN = ['about', 'image', 'args', 'aliases', 'ready'];

/** What a person says about a run of tests: with the sources of this machine, and of which image (null: the profile's choice). */
export type TestChoice = { readonly mountSource: boolean; readonly image: string | null };

/** A profile's tree with its tests as one more command. Without `mountSource` the mounts that bring sources are gone from every container. */
export function testTree(profile: Tree, { mountSource, image }: TestChoice): Tree {
  const test = tableAt(profile, ['test']);
  const own = overlayOf(test, mountSource);
  const overlay = image === null ? own : mergeTrees(own, tree({ image: leaf(image, test) }, test));
  const command = tree({ ...pick(test, ['args']), container: overlay }, test);
  const replaced = dataMounts(profile).filter((key) => isTree(tableAt(own, ['mounts']).entries.get(key)));
  const whole = mergeTrees(withoutMounts(profile, new Set(replaced)), nested(['commands', TEST_COMMAND], command));
  if (mountSource) return whole;
  const keys = new Set(sourceMounts(test));
  return keys.size === 0 ? whole : withoutMounts(whole, keys);
}

/** A service as the tree of a profile. */
export function serviceTree(profile: Tree, name: string): Tree {
  const service = tableAt(profile, ['test', 'services', name]);
  const image = service.entries.get('image');
  const known = tableAt(profile, ['images']);
  const isKey = image !== undefined && !isTree(image) && known.entries.has(String(image.value));
  const own = image === undefined || isKey ? [] : [[name, tree({ name: image }, service)] as const];
  const kept = isKey ? [...known.entries] : own;
  const chosen = isKey ? { image } : image === undefined ? {} : { image: leaf(name, service) };
  const fields = [...service.entries].filter(([key]) => !SERVICE_OWN.includes(key));
  const container = tree(
    {
      ...Object.fromEntries(fields),
      ...chosen,
      ...rename(service, 'aliases', 'network_aliases'),
      ...checkOften(service),
      ...readiness(service),
    },
    service,
  );
  return tree(
    {
      ...pick(profile, ['name', 'lists']),
      images: tree(Object.fromEntries(kept), service),
      container,
      commands: tree({ [name]: tree(pick(service, ['args']), service) }, service),
    },
    service,
  );
}

/** Keys of the mounts that hold data. Tests may do anything to what they find, so they get such a mount only where they bring it themselves, as a whole. */
export function dataMounts(profile: Tree): readonly string[] {
  return [...tableAt(profile, ['data']).entries.values()].flatMap(
    (entry) => textAt(isTree(entry) ? entry : NONE, ['mount']) ?? [],
  );
}

const NONE: Tree = { entries: new Map(), sources: [] };

// Engines look every 30 seconds, and so first after as many; whoever waits for the tests does not want to.
function checkOften(service: Tree): Nodes {
  const health = service.entries.get('health');
  return isTree(health) && !health.entries.has('interval')
    ? { health: { ...health, entries: new Map([...health.entries, ['interval', leaf('1s', health)]]) } }
    : {};
}

type Nodes = Readonly<Record<string, Tree | Leaf>>;

// A port that is asked stands published on a free port of this machine alone.
function readiness(service: Tree): Nodes {
  const ready = service.entries.get('ready');
  const port = isTree(ready) ? ready.entries.get('port') : undefined;
  if (!isTree(ready) || port === undefined) return {};
  const published = tree({ container: port, host: leaf('127.0.0.1:', ready) }, ready);
  return {
    ports: tree({ ready: published }, ready),
    ready: tree({ ...pick(ready, ['path', 'timeout']), port: leaf('ready', ready) }, ready),
  };
}

function overlayOf(test: Tree, mountSource: boolean): Tree {
  const own = tableAt(test, ['container']);
  const source = test.entries.get('source');
  const mount = isTree(source) && mountSource ? mergeTrees(source, tree({ type: leaf('bind', source) }, source)) : null;
  const mounts = mount === null ? own : mergeTrees(own, nested(['mounts', SOURCE_MOUNT], mount));
  const image = test.entries.get('image');
  return image === undefined ? mounts : mergeTrees(mounts, tree({ image }, test));
}

function sourceMounts(test: Tree): readonly string[] {
  const keys = test.entries.get('mount_source');
  return keys === undefined || isTree(keys) || !Array.isArray(keys.value) ? [] : keys.value.map(String);
}

/** A profile's tree without some mounts, in whatever overlay they stand: one `false` in the last of them would not always find something to take away. */
export function withoutMounts(profile: Tree, keys: ReadonlySet<string>): Tree {
  const entries = new Map(profile.entries);
  for (const [key, node] of profile.entries) {
    if (!isTree(node)) continue;
    if (key === 'container') entries.set(key, withoutKeys(node, keys));
    if (key === 'modes' || key === 'commands')
      entries.set(
        key,
        mapTrees(node, (overlay) => overlayWithout(overlay, keys)),
      );
  }
  return { ...profile, entries };
}

function overlayWithout(overlay: Tree, keys: ReadonlySet<string>): Tree {
  const container = overlay.entries.get('container');
  if (!isTree(container)) return overlay;
  return { ...overlay, entries: new Map([...overlay.entries, ['container', withoutKeys(container, keys)]]) };
}

function withoutKeys(container: Tree, keys: ReadonlySet<string>): Tree {
  const mounts = container.entries.get('mounts');
  if (!isTree(mounts)) return container;
  const kept = { ...mounts, entries: new Map([...mounts.entries].filter(([key]) => !keys.has(key))) };
  return { ...container, entries: new Map([...container.entries, ['mounts', kept]]) };
}

function mapTrees(node: Tree, change: (inner: Tree) => Tree): Tree {
  return {
    ...node,
    entries: new Map([...node.entries].map(([key, inner]) => [key, isTree(inner) ? change(inner) : inner] as const)),
  };
}

function nested(path: readonly string[], inner: Tree): Tree {
  return path.reduceRight<Tree>((node, key) => ({ entries: new Map([[key, node]]), sources: [] }), inner);
}

function pick(from: Tree, keys: readonly string[]): Nodes {
  return Object.fromEntries(
    keys.flatMap((key) => {
      const node = from.entries.get(key);
      return node === undefined ? [] : [[key, node] as const];
    }),
  );
}

function rename(from: Tree, key: string, to: string): Nodes {
  const node = from.entries.get(key);
  return node === undefined ? {} : { [to]: node };
}

function tree(nodes: Nodes, at: Tree): Tree {
  return { entries: new Map(Object.entries(nodes)), sources: at.sources };
}

function leaf(value: unknown, at: Tree): Leaf {
  const none: Source = { file: '', path: [] };
  return { value, source: at.sources.at(-1) ?? none };
}
