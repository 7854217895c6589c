import { ONLY } from './container-checks.js';
import { isTree, type Tree, textAt } from './tree.js';

/** A filled mount with its type settled: `auto` is a bind for a path and a volume for a name, and keys that only the other one has go. */
export function withType(mount: Tree): Tree {
  const type = mount.entries.get('type');
  if (type === undefined || isTree(type) || type.value !== 'auto') return mount;
  const settled = isPath(textAt(mount, ['source']) ?? '') ? 'bind' : 'volume';
  const other = settled === 'bind' ? 'volume' : 'bind';
  const entries = [...mount.entries].filter(([key]) => {
    const types = Object.hasOwn(ONLY, key) ? ONLY[key] : undefined;
    return types === undefined || types.includes(settled) || !types.includes(other);
  });
  return { ...mount, entries: new Map([...entries, ['type', { ...type, value: settled }]]) };
}

// No volume's name holds a slash or begins with one of these.
function isPath(source: string): boolean {
  return /[\\/]|^[.~]/u.test(source);
}
