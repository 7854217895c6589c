import { PodctlError, type Problem } from '../core/errors.js';
import type { Place } from '../core/place.js';
import { interpolate, type Scope } from './interpolate.js';
import { withType } from './mount-type.js';
import { problemAt } from './placement.js';
import { isTemplate, type Path, shapeOf } from './shape.js';
import type { Source, Use } from './source.js';
import { isTable, isTree, type Leaf, nodeAt, type Tree, tableAt } from './tree.js';
import { valueProblem } from './values.js';
import { wordAt } from './words.js';

/** One value of a list; `uses` names the list's line and what the entry drew on. */
type Entry = { readonly text: string; readonly uses: readonly Use[] };

/** Where a text stands: in a profile, in its layer, and at which entry of a list. */
type Spot = { readonly path: Path; readonly source: Source; readonly entry: Entry | null };

/** A value with its variables filled in; null when one of them is missing. */
type Filled = { readonly value: unknown; readonly uses: readonly Use[] } | null;

/**
 * Fills in variables and named values of one command in one mode, and walks through lists. Problems are collected, so that all
 * missing variables are named at once.
 */
export class Filler {
  readonly #profile: Tree;
  readonly #scope: Scope;
  readonly #problems: Problem[] = [];

  constructor(profile: Tree, scope: Scope) {
    this.#profile = profile;
    this.#scope = scope;
  }

  /** Everything that went wrong so far. */
  get problems(): readonly Problem[] {
    return this.#problems;
  }

  /** Note a problem that was found in something filled in here. A variable that five places use is told once, with all of them. */
  add(problem: Problem): void {
    const index = this.#problems.findIndex(({ message }) => message === problem.message);
    const told = this.#problems[index];
    if (told === undefined) this.#problems.push(problem);
    else this.#problems[index] = withPlace(told, problem.at);
  }

  /** The same tree with every text final. `path` is where the tree stands in a profile. */
  fillTree(tree: Tree, path: Path, entry: Entry | null = null): Tree {
    const entries = new Map<string, Tree | Leaf>();
    for (const [key, node] of tree.entries) {
      const here = [...path, key];
      if (!isTree(node)) entries.set(key, this.#fillLeaf(node, here, entry));
      else if (shapeOf(here) !== 'container/mounts/*') entries.set(key, this.fillTree(node, here, entry));
      else for (const [name, mount] of this.#fillMount(key, node, here)) entries.set(name, mount);
    }
    return { ...tree, entries };
  }

  /** Texts of a mode, `{each}` repeated over the list `shown_each`. */
  fillShown(mode: Tree, key: 'hidden' | 'shown'): Leaf | null {
    const leaf = nodeAt(mode, [key]);
    if (leaf === undefined || isTree(leaf)) return null;
    const list = key === 'shown' ? wordAt(mode, ['shown_each']) : null;
    if (list === null) return this.#fillLeaf(leaf, leaf.source.path, null);
    const entries = this.#entries(list.word);
    const texts = Array.isArray(leaf.value) ? leaf.value.map(String) : [];
    const filled = texts.flatMap((text, index) => {
      const repeats = text.includes('{each}') ? entries : [null];
      return repeats.flatMap((entry) => {
        const spot = step({ path: leaf.source.path, source: leaf.source, entry }, index);
        const result = this.#fillText(text, spot);
        return result === null ? [] : [result];
      });
    });
    return { ...leaf, value: filled.map(({ value }) => value), uses: filled.map(({ uses }) => uses) };
  }

  #fillMount(key: string, mount: Tree, path: Path): readonly (readonly [string, Tree])[] {
    const list = wordAt(mount, ['each']);
    if (list === null) return [[key, withType(this.fillTree(mount, path))]];
    const bare = { ...mount, entries: new Map([...mount.entries].filter(([name]) => name !== 'each')) };
    return this.#entries(list.word).map((entry) => {
      const filled = withType(this.fillTree(bare, path, entry));
      return [`${key}/${entry.text}`, { ...filled, uses: entry.uses }];
    });
  }

  #entries(list: string): readonly Entry[] {
    const leaf = nodeAt(tableAt(this.#profile, ['lists']), [list]);
    if (leaf === undefined || isTree(leaf) || !Array.isArray(leaf.value)) return [];
    const seen = new Set<string>();
    return leaf.value.flatMap((text, index) => {
      const source = { ...leaf.source, path: [...leaf.source.path, index] };
      const filled = this.#fillText(String(text), { path: ['lists', list, index], source, entry: null });
      if (filled === null) return [];
      const value = String(filled.value);
      if (seen.has(value)) {
        this.#add(source, { message: `\`${value}\` stands twice in the list`, hint: 'take one out' });
        return [];
      }
      seen.add(value);
      return [{ text: value, uses: [{ kind: 'list', source }, ...filled.uses] }];
    });
  }

  #fillLeaf(leaf: Leaf, path: Path, entry: Entry | null): Leaf {
    const { value, source } = leaf;
    if (!Array.isArray(value)) {
      const filled = this.#fillValue(value, { path, source, entry });
      return { ...leaf, value: filled?.value ?? value, uses: [filled?.uses ?? []] };
    }
    const elements = value.map((element: unknown, index) => {
      return this.#fillValue(element, step({ path, source, entry }, index)) ?? { value: element, uses: [] };
    });
    return { ...leaf, value: elements.map((each) => each.value), uses: elements.map((each) => each.uses) };
  }

  #fillValue(value: unknown, spot: Spot): Filled {
    if (isTable(value)) {
      const uses: Use[] = [];
      const entries = Object.entries(value).map(([key, inner]) => {
        const filled = this.#fillValue(inner, step(spot, key));
        uses.push(...(filled?.uses ?? []));
        return [key, filled?.value ?? inner] as const;
      });
      return { value: Object.fromEntries(entries), uses };
    }
    if (typeof value !== 'string' || !isTemplate(shapeOf(spot.path))) return { value, uses: [] };
    return this.#fillText(value, spot);
  }

  #fillText(text: string, { path, source, entry }: Spot): Filled {
    try {
      const { variables, names } = this.#scope;
      const filled = interpolate(text, { variables, names: entry === null ? names : { ...names, each: entry.text } });
      const problem = filled.uses.length === 0 ? null : valueProblem(shapeOf(path), filled.text);
      const uses = filled.uses.flatMap((use) => (entry !== null && isEach(use) ? entry.uses : [use]));
      if (problem === null) return { value: filled.text, uses };
      this.#add(source, problem);
    } catch (error) {
      if (!(error instanceof PodctlError)) throw error;
      this.#add(source, error);
    }
    return null;
  }

  #add(at: Source, problem: Omit<Problem, 'at'>): void {
    this.add(problemAt(at, problem));
  }
}

function withPlace(problem: Problem, at: Place | undefined): Problem {
  if (at === undefined) return problem;
  const { also = [] } = problem;
  const known = [problem.at, ...also].some((place) => place?.file === at.file && place.key === at.key);
  return known ? problem : { ...problem, also: [...also, at] };
}

function isEach(use: Use): boolean {
  return use.kind === 'name' && use.name === 'each';
}

function step({ path, source, entry }: Spot, key: string | number): Spot {
  return { path: [...path, key], source: { ...source, path: [...source.path, key] }, entry };
}
