import type { LinkOnTheWay, PathFacts } from '../../src/plan/host-answers.js';

/** A file, folder or link of one file system. */
type Node = {
  readonly device: string;
  readonly name: string;
  readonly parent: Node | null;
  readonly children: Map<string, Node>;
  /** A file when both are null. */
  readonly kind: 'file' | 'directory' | 'link';
  readonly target: string;
};

type Mount = {
  readonly id: number;
  readonly parent: Mount | null;
  readonly on: Node | null;
  readonly root: Node;
  readonly at: string;
};
type Spot = { readonly mount: Mount; readonly node: Node };
type Walked = { readonly spot: Spot | null; readonly real: string; readonly links: readonly LinkOnTheWay[] };

/**
 * A host in a few lines: file systems, links and mounts with the kernel's rules, written for the tests alone and without a word of
 * the audit's code, so that each can catch the other's mistakes.
 */
export class HostModel {
  readonly #mounts: Mount[] = [];
  readonly #devices = new Map<string, Node>();

  constructor(paths: readonly string[]) {
    const root = this.device('8:1', paths);
    this.#mounts.push({ id: 1, parent: null, on: null, root, at: '/' });
  }

  /** A file system with these folders, a file in each. */
  device(name: string, paths: readonly string[]): Node {
    const root = folder(name, '', null);
    for (const path of paths) {
      let here = root;
      for (const part of parts(path)) here = here.children.get(part) ?? folder(name, part, here);
    }
    this.#devices.set(name, root);
    return root;
  }

  /** Put a link where a path is, in place of what is there. False: its folder is not there. */
  link(path: string, target: string): boolean {
    const above = this.#walk(path.slice(0, path.lastIndexOf('/')) || '/').spot;
    const name = parts(path).at(-1);
    if (above === null || above.node.kind !== 'directory' || name === undefined) return false;
    const node: Node = {
      device: above.node.device,
      name,
      parent: above.node,
      children: new Map(),
      kind: 'link',
      target,
    };
    above.node.children.set(name, node);
    return true;
  }

  /** Mount a whole file system, or bind one path of the host to another. False: something is not there. */
  mount(from: { readonly device: string } | { readonly path: string }, to: string): boolean {
    const root = 'device' in from ? this.#devices.get(from.device) : this.#walk(from.path).spot?.node;
    const walked = this.#walk(to);
    if (root === undefined || root.kind !== 'directory' || walked.spot?.node.kind !== 'directory') return false;
    const { mount, node } = walked.spot;
    this.#mounts.push({ id: this.#mounts.length + 1, parent: mount, on: node, root, at: walked.real });
    return true;
  }

  /** /proc/self/mountinfo. */
  table(): string {
    return this.#mounts
      .map(
        ({ id, parent, root, at }) =>
          `${id} ${parent?.id ?? 0} ${root.device} ${pathIn(root)} ${at} rw - ext4 /dev/x rw`,
      )
      .join('\n');
  }

  facts(path: string): PathFacts {
    const { spot, real, links } = this.#walk(path);
    const kind = spot === null || spot.node.kind === 'link' ? null : spot.node.kind;
    return { path, kind, realPath: spot === null ? null : real, links };
  }

  /** Every file that a recursive bind of a path shows. */
  shownBy(path: string): ReadonlySet<Node> {
    const { spot } = this.#walk(path);
    return spot === null ? new Set() : new Set(this.#files(spot));
  }

  /**
   * Every file that is private: it can be named below the root without passing a shown entry, or lies in the root's folder, and does
   * not belong to a shown release. A release belongs to its name when its own folders, or file systems mounted nowhere before, lead there.
   */
  privateFiles(root: string, shown: readonly string[]): ReadonlySet<Node> {
    const { spot } = this.#walk(root);
    if (spot === null) return new Set();
    const belonging = shown.flatMap((path) => this.#plainly(spot, parts(path.slice(root.length))) ?? []);
    const open = new Set(belonging.flatMap(filesIn));
    const skip = new Set(shown.map((path) => path.slice(root.length + 1)));
    const named = this.#files(spot, (below) => skip.has(below));
    return new Set([...named, ...filesIn(spot.node)].filter((file) => !open.has(file)));
  }

  #plainly(from: Spot, names: readonly string[]): Node | null {
    let spot = from;
    for (const name of names) {
      const child = spot.node.children.get(name);
      if (child === undefined || child.kind !== 'directory') return null;
      const next = this.#enter({ mount: spot.mount, node: child });
      if (!isIn(next.node, child) && !this.#isFirst(next.mount)) return null;
      spot = next;
    }
    return spot.node;
  }

  #isFirst(mount: Mount): boolean {
    return mount.root.parent === null && this.#mounts.find(({ root }) => root.device === mount.root.device) === mount;
  }

  #files(spot: Spot, skip: (below: string) => boolean = () => false, below = ''): readonly Node[] {
    if (spot.node.kind === 'file') return [spot.node];
    if (spot.node.kind === 'link') return [];
    return [...spot.node.children.values()].flatMap((child) => {
      const path = below === '' ? child.name : `${below}/${child.name}`;
      return skip(path) ? [] : this.#files(this.#enter({ mount: spot.mount, node: child }), skip, path);
    });
  }

  // The newest mount on a folder is the one that is seen, and another one may stand on its root.
  #enter(spot: Spot): Spot {
    const over = this.#mounts.findLast((mount) => mount.parent === spot.mount && mount.on === spot.node);
    return over === undefined ? spot : this.#enter({ mount: over, node: over.root });
  }

  #walk(path: string): Walked {
    const first = this.#mounts[0];
    if (first === undefined) throw new Error('no root');
    const start = this.#enter({ mount: first, node: first.root });
    let trail: { readonly name: string; readonly spot: Spot }[] = [];
    const links: LinkOnTheWay[] = [];
    let rest = parts(path);
    for (let part = rest.shift(); part !== undefined; part = rest.shift()) {
      const here = trail.at(-1)?.spot ?? start;
      if (part === '..') trail = trail.slice(0, -1);
      if (part === '..' || part === '.') continue;
      const child = here.node.children.get(part);
      const at = `${trail.map(({ name }) => `/${name}`).join('')}/${part}`;
      if (child === undefined) return { spot: null, real: [at, ...rest].join('/'), links };
      if (child.kind !== 'link') {
        trail = [...trail, { name: part, spot: this.#enter({ mount: here.mount, node: child }) }];
        continue;
      }
      const target = child.target.startsWith('/')
        ? child.target
        : `${at.slice(0, at.lastIndexOf('/'))}/${child.target}`;
      links.push({ path: at, target: tidy(target) });
      if (links.length > 20) return { spot: null, real: at, links };
      if (child.target.startsWith('/')) trail = [];
      rest = [...parts(child.target), ...rest];
    }
    return { spot: trail.at(-1)?.spot ?? start, real: trail.map(({ name }) => `/${name}`).join('') || '/', links };
  }
}

function folder(device: string, name: string, parent: Node | null): Node {
  const node: Node = { device, name, parent, children: new Map(), kind: 'directory', target: '' };
  parent?.children.set(name, node);
  node.children.set('file', { device, name: 'file', parent: node, children: new Map(), kind: 'file', target: '' });
  return node;
}

function isIn(node: Node, above: Node): boolean {
  return node === above || (node.parent !== null && isIn(node.parent, above));
}

function filesIn(node: Node): readonly Node[] {
  return node.kind === 'file' ? [node] : [...node.children.values()].flatMap(filesIn);
}

function pathIn(node: Node): string {
  return node.parent === null ? '/' : `${pathIn(node.parent).replace(/\/$/, '')}/${node.name}`;
}

function parts(path: string): string[] {
  return path.split('/').filter((part) => part !== '');
}

function tidy(path: string): string {
  const kept: string[] = [];
  for (const part of parts(path)) {
    if (part === '..') kept.pop();
    else if (part !== '.') kept.push(part);
  }
  return `/${kept.join('/')}`;
}
