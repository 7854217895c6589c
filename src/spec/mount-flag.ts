import { parseLongMount } from './mount-long.js';
import { BLANK_MOUNT, checkedMount, PROPAGATIONS, unknownMountOption, wrongMount } from './mount-words.js';
import type { Mount } from './spec.js';

const SHORT_OPTIONS = ['ro', 'rw', 'readonly', 'z', 'Z', ...PROPAGATIONS];

/**
 * Parse docker's `--mount` syntax (`type=bind,src=/a,dst=/b,readonly`, a CSV record) or its `-v` syntax (`/a:/b:ro`, `C:\a:/b`).
 * The source stays as written: relative paths and `~` are the caller's to resolve. Throws PodctlError('USAGE').
 */
export function parseMountFlag(text: string): Mount {
  return isLongSyntax(text) ? parseLongMount(text) : parseShort(text);
}

// A path never starts with a word and an equals sign, and a volume's name holds none.
function isLongSyntax(text: string): boolean {
  return (
    /^"?[A-Za-z-]+=/.test(text) || (/^[^/\\.~]/.test(text) && /,"?(type|src|source|dst|target|destination)=/.test(text))
  );
}

function parseShort(text: string): Mount {
  const drive = /^(\\\\\?\\)?[A-Za-z]:(?=[\\/])/.exec(text)?.[0] ?? '';
  const parts = text.slice(drive.length).split(':');
  const [first = '', second, words, ...more] = parts;
  if (more.length > 0 || parts.includes('')) {
    throw wrongMount(text, 'there are empty or too many parts between the colons', 'write SOURCE:TARGET[:OPTIONS]');
  }
  if (second === undefined) return checkedMount({ ...BLANK_MOUNT, target: `${drive}${first}` }, text);
  const source = `${drive}${first}`;
  const type = drive !== '' || /^[/\\.~]/.test(source) ? 'bind' : 'volume';
  return checkedMount({ ...BLANK_MOUNT, type, source, target: second, ...shortOptions(words, text) }, text);
}

type ShortOptions = { readOnly: boolean; selinux: Mount['selinux']; propagation: string | null };

function shortOptions(words: string | undefined, text: string): ShortOptions {
  const found: ShortOptions = { readOnly: false, selinux: null, propagation: null };
  for (const word of words?.split(',') ?? []) {
    if (word === 'ro' || word === 'readonly') found.readOnly = true;
    else if (word === 'z') found.selinux = 'shared';
    else if (word === 'Z') found.selinux = 'private';
    else if (PROPAGATIONS.some((known) => known === word)) found.propagation = word;
    else if (word !== 'rw') throw unknownMountOption(word, SHORT_OPTIONS, text);
  }
  return found;
}
