import { quoteAll } from '../../core/shell.js';
import { formatBytes } from '../../core/size.js';
import { escapeControl } from '../../core/text.js';
import type { ImageSize } from '../../plan/image-size.js';
import { entrypointForm } from '../../spec/entrypoint-form.js';
import type { ImageDetails } from '../../spec/image-details.js';
import { formatTable } from './table.js';

/** What `image inspect` says, one line per fact; of variables only the names. */
export function formatDetails(image: ImageDetails): string {
  const rows: readonly (readonly [string, string])[] = [
    ['image', image.ref],
    ['id', image.id],
    ...image.digests.map((digest) => ['digest', digest] as const),
    ['platform', platformOf(image)],
    ['created', image.created],
    ['size', `${formatBytes(image.size)}, ${image.layers.length} ${image.layers.length === 1 ? 'layer' : 'layers'}`],
    ['user', image.user || 'root (the image names none)'],
    ['workdir', image.workdir || '/'],
    ['entrypoint', entrypointText(image)],
    ['command', image.cmd === null ? 'none' : quoteAll(image.cmd, 'sh')],
    ['ports', listed(image.exposed)],
    ['volumes', listed(image.volumes)],
    ['variables', listed(image.env)],
    ...Object.entries(image.labels).map(([name, value]) => ['label', `${name}=${value}`] as const),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `${name.padEnd(width)}   ${escapeControl(text)}\n`).join('');
}

/** The same as data. */
export function detailsToJson({ history: _history, ...image }: ImageDetails) {
  return { ...image, platform: platformOf(image), entrypointForm: entrypointForm(image.entrypoint).form };
}

/** What `image size` says: the total, what the base has as well, and every step that added something. */
export function formatImageSize(ref: string, size: ImageSize, base: string | null): string {
  const lines = [`${escapeControl(ref)}   ${formatBytes(size.total)}\n`];
  if (base !== null && size.shared !== null)
    lines.push(`shared with ${escapeControl(base)}   ${formatBytes(size.shared)}\n`);
  const rows = size.layers.map(({ instruction, size: bytes, shared }) => [
    formatBytes(bytes),
    ...(base === null ? [] : [shared ? 'shared' : 'own']),
    cut(instruction),
  ]);
  const heads = ['SIZE', ...(base === null ? [] : ['WITH BASE']), 'MADE BY'];
  return `${lines.join('')}\n${formatTable(heads, rows)}`;
}

// A line of a terminal; --json has all of it.
const LONGEST = 100;

function cut(text: string): string {
  const plain = text.replaceAll(/\s+/g, ' ');
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST - 1)}…` : plain;
}

function platformOf({ os, arch, variant }: Pick<ImageDetails, 'os' | 'arch' | 'variant'>): string {
  return [os, arch, ...(variant === null ? [] : [variant])].join('/');
}

const FORMS = {
  exec: 'takes arguments as they are',
  none: 'none: arguments are the whole command',
  shell: 'a shell with a script: arguments reach it as $1, $2 …',
  'one-string': 'a shell that runs its first argument only: a command is one text',
} as const;

function entrypointText({ entrypoint }: ImageDetails): string {
  const { form } = entrypointForm(entrypoint);
  return entrypoint === null || form === 'none' ? FORMS.none : `${quoteAll(entrypoint, 'sh')} (${FORMS[form]})`;
}

function listed(words: readonly string[]): string {
  return words.length === 0 ? 'none' : words.join(', ');
}
