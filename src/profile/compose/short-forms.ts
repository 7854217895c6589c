import { isAbsolute, type PathFlavour, resolvePath } from '../../core/path.js';
import type { ComposeMount, ComposePort } from './model.js';

/** `[[ADDRESS:]PUBLISHED:]TARGET[/PROTOCOL]`; an IPv6 address stands in brackets. */
export function readShortPort(text: string): ComposePort {
  const [whole = '', protocol = 'tcp'] = text.split('/');
  const bracketed = /^\[([^\]]+)\]:(.*)$/.exec(whole);
  const parts = (bracketed?.[2] ?? whole).split(':');
  const target = parts.at(-1) ?? '';
  const published = parts.at(-2) ?? '';
  const address = bracketed?.[1] ?? parts.slice(0, -2).join(':');
  return { address: orNull(address), published: orNull(published), target, protocol };
}

/** `[SOURCE:]TARGET[:OPTIONS]`. A source that looks like a path is one of the host, relative to the folder of the first file. */
export function readShortMount(text: string, folder: string, places: MountPlaces): ComposeMount {
  const [first = '', second, options = ''] = splitMount(text, places.flavour);
  const flags = options.split(',');
  if (second === undefined) {
    return { type: 'volume', source: null, target: first, readOnly: false, createsSource: false };
  }
  const isPath = isHostPath(first, places.flavour);
  return {
    type: isPath ? 'bind' : 'volume',
    source: isPath ? hostPath(first, folder, places) : first,
    target: second,
    readOnly: flags.includes('ro'),
    createsSource: isPath,
  };
}

/** What a path of a compose file is relative to. */
export type MountPlaces = { readonly home: string; readonly flavour: PathFlavour };

/** A path of the host made absolute. */
export function hostPath(path: string, folder: string, { home, flavour }: MountPlaces): string {
  if (path === '~' || path.startsWith('~/')) return resolvePath(home, `.${path.slice(1)}`, flavour);
  return resolvePath(folder, path, flavour);
}

function isHostPath(text: string, flavour: PathFlavour): boolean {
  return /^[.~]/.test(text) || isAbsolute(text, flavour) || text.startsWith('/');
}

// A drive's colon separates nothing.
function splitMount(text: string, flavour: PathFlavour): readonly string[] {
  const drive = flavour === 'windows' ? (/^[A-Za-z]:(?=[\\/])/.exec(text)?.[0] ?? '') : '';
  const [head = '', ...rest] = text.slice(drive.length).split(':');
  return [`${drive}${head}`, ...rest];
}

function orNull(text: string): string | null {
  return text === '' ? null : text;
}
