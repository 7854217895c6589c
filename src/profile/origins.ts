import type { Origin, Origins } from '../core/origin.js';
import { own } from './interpolate.js';
import type { ResolveRequest } from './resolved.js';
import { originOf, type Use } from './source.js';
import { isTree, type Leaf, type Tree } from './tree.js';

/** Writes down where values came from, by the pointers of the spec. */
export class OriginBook {
  readonly #request: ResolveRequest;
  readonly #found = new Map<string, readonly Origin[]>();

  constructor(request: ResolveRequest) {
    this.#request = request;
  }

  /** Everything written down. */
  get origins(): Origins {
    return Object.fromEntries(this.#found);
  }

  /** Note a value and all that is in it: `mounts/cache`, `mounts/cache/target`; arrays by index. */
  note(pointer: string, node: Tree | Leaf): void {
    this.set(pointer, this.#of(node));
    if (isTree(node)) for (const [key, inner] of node.entries) this.note(`${pointer}/${key}`, inner);
    else if (Array.isArray(node.value)) this.#noteElements(pointer, node, node.value);
  }

  /** Note origins that were found elsewhere; those that the pointer already has come first. */
  set(pointer: string, origins: readonly Origin[]): void {
    this.#found.set(pointer, unique([...(this.#found.get(pointer) ?? []), ...origins]));
  }

  /** Note origins instead of those that were noted before. */
  replace(pointer: string, origins: readonly Origin[]): void {
    this.#found.set(pointer, origins);
  }

  /** The origin of something that a text drew on. */
  ofUse(use: Use): Origin {
    const { variables, nameOrigins } = this.#request;
    if (use.kind === 'list') return originOf(use.source);
    if (use.kind === 'name') return own(nameOrigins ?? {}, use.name) ?? { kind: 'podctl', rule: 'named-value' };
    const { file, line, origin } = own(variables, use.name) ?? {};
    if (origin !== undefined && !use.defaulted) return origin;
    return { kind: 'variable', name: use.name, file, line, ...(use.defaulted ? { defaulted: true } : {}) };
  }

  #noteElements(pointer: string, leaf: Leaf, value: readonly unknown[]): void {
    for (const index of value.keys()) {
      const source = { ...leaf.source, path: [...leaf.source.path, index] };
      this.set(`${pointer}/${index}`, [originOf(source), ...(leaf.uses?.[index] ?? []).map((use) => this.ofUse(use))]);
    }
  }

  #of(node: Tree | Leaf): readonly Origin[] {
    if (!isTree(node)) return [originOf(node.source), ...usesOf(node).map((use) => this.ofUse(use))];
    return [...node.sources.map(originOf), ...usesOf(node).map((use) => this.ofUse(use))];
  }
}

/** Everything that a value drew on, in the order of its texts. */
export function usesOf(node: Tree | Leaf): readonly Use[] {
  if (!isTree(node)) return node.uses?.flat() ?? [];
  return [...(node.uses ?? []), ...[...node.entries.values()].flatMap(usesOf)];
}

function unique(origins: readonly Origin[]): readonly Origin[] {
  const seen = new Set<string>();
  return origins.filter((origin) => {
    const id = JSON.stringify(origin);
    if (seen.has(id)) return false;
    seen.add(id);
    return true;
  });
}
