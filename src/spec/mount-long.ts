import { parseSize } from '../core/size.js';
import { parseCsv } from './csv.js';
import { BLANK_MOUNT, checkedMount, PROPAGATIONS, unknownMountOption, wrongMount } from './mount-words.js';
import type { Mount } from './spec.js';

type Option =
  | 'type'
  | 'source'
  | 'target'
  | 'readonly'
  | 'propagation'
  | 'driver'
  | 'option'
  | 'size'
  | 'mode'
  | 'relabel'
  | 'shared'
  | 'private';

const OPTIONS: ReadonlyMap<string, Option> = new Map([
  ['type', 'type'],
  ['source', 'source'],
  ['src', 'source'],
  ['target', 'target'],
  ['dst', 'target'],
  ['destination', 'target'],
  ['readonly', 'readonly'],
  ['ro', 'readonly'],
  ['bind-propagation', 'propagation'],
  ['volume-driver', 'driver'],
  ['volume-opt', 'option'],
  ['tmpfs-size', 'size'],
  ['tmpfs-mode', 'mode'],
  ['relabel', 'relabel'],
  ['z', 'shared'],
  ['Z', 'private'],
]);

/** Parse docker's long syntax, a CSV record: `type=bind,source=/a,target=/b,readonly`. The source stays as written. */
export function parseLongMount(text: string): Mount {
  const fields = new Map<Option, string>();
  const options: Record<string, string> = {};
  for (const field of parseCsv(text)) {
    const { name, value } = splitField(field);
    const option = optionNamed(name, text);
    if (option === 'option') Object.assign(options, volumeOption(value, text));
    else if (fields.has(option)) throw wrongMount(text, `\`${name}\` stands twice`, 'take one out');
    else fields.set(option, value);
  }
  const type = typeOf(fields.get('type') ?? 'volume', text);
  checkOwners(type, [...fields.keys(), ...(Object.keys(options).length > 0 ? (['option'] as const) : [])], text);
  return checkedMount(
    {
      ...BLANK_MOUNT,
      type,
      source: fields.get('source') ?? '',
      target: fields.get('target') ?? '',
      readOnly: isOn(fields.get('readonly'), text),
      selinux: relabelOf(fields, text),
      propagation: propagationOf(fields.get('propagation'), text),
      size: sizeOf(fields.get('size'), text),
      mode: modeOf(fields.get('mode'), text),
      driver: fields.get('driver') ?? null,
      options,
    },
    text,
  );
}

function splitField(field: string): { readonly name: string; readonly value: string } {
  const at = field.indexOf('=');
  return at < 0 ? { name: field.trim(), value: '' } : { name: field.slice(0, at).trim(), value: field.slice(at + 1) };
}

function optionNamed(name: string, text: string): Option {
  const option = OPTIONS.get(name);
  if (option === undefined) throw unknownMountOption(name, [...OPTIONS.keys()], text);
  return option;
}

function volumeOption(value: string, text: string): Readonly<Record<string, string>> {
  const at = value.indexOf('=');
  if (at < 1) throw wrongMount(text, `\`volume-opt=${value}\` has no value`, 'write volume-opt=NAME=VALUE');
  return { [value.slice(0, at)]: value.slice(at + 1) };
}

function typeOf(word: string, text: string): Mount['type'] {
  if (word === 'bind' || word === 'volume' || word === 'tmpfs') return word;
  throw wrongMount(text, `\`${word}\` is not a type of mount that podctl knows`, 'types are bind, volume and tmpfs');
}

const OWNER: Readonly<Partial<Record<Option, readonly Mount['type'][]>>> = {
  source: ['bind', 'volume'],
  propagation: ['bind'],
  driver: ['volume'],
  option: ['volume'],
  size: ['tmpfs'],
  mode: ['tmpfs'],
  relabel: ['bind', 'volume'],
  shared: ['bind', 'volume'],
  private: ['bind', 'volume'],
};

function checkOwners(type: Mount['type'], options: readonly Option[], text: string): void {
  for (const option of options) {
    const owners = OWNER[option];
    if (owners !== undefined && !owners.includes(type)) {
      throw wrongMount(text, `a ${type} has no \`${nameOf(option)}\``, `it belongs to a ${owners.join(' or ')}`);
    }
  }
}

function nameOf(option: Option): string {
  return [...OPTIONS].find(([, owner]) => owner === option)?.[0] ?? option;
}

function isOn(value: string | undefined, text: string): boolean {
  if (value === undefined) return false;
  if (['', 'true', '1'].includes(value.toLowerCase())) return true;
  if (['false', '0'].includes(value.toLowerCase())) return false;
  throw wrongMount(text, `\`readonly=${value}\` is neither true nor false`, 'write readonly or leave it out');
}

function relabelOf(fields: ReadonlyMap<Option, string>, text: string): Mount['selinux'] {
  const relabel = fields.get('relabel');
  const wanted = [
    ...(fields.has('shared') || relabel === 'shared' ? (['shared'] as const) : []),
    ...(fields.has('private') || relabel === 'private' ? (['private'] as const) : []),
  ];
  if (relabel !== undefined && relabel !== 'shared' && relabel !== 'private') {
    throw wrongMount(text, `\`relabel=${relabel}\` is not a label`, 'write relabel=shared or relabel=private');
  }
  if (wanted.length > 1) throw wrongMount(text, 'a mount cannot be shared and private at once', 'keep one label');
  return wanted[0] ?? null;
}

function propagationOf(value: string | undefined, text: string): string | null {
  if (value === undefined || PROPAGATIONS.some((known) => known === value)) return value ?? null;
  throw wrongMount(text, `\`${value}\` is not a propagation`, `write one of ${PROPAGATIONS.join(', ')}`);
}

function sizeOf(value: string | undefined, text: string): number | null {
  if (value === undefined) return null;
  if (!/^\d+(\.\d+)?\s*[bkmgt]?(i?b)?$/i.test(value))
    throw wrongMount(text, `\`${value}\` is not a size`, 'write for instance tmpfs-size=64m');
  return parseSize(value);
}

function modeOf(value: string | undefined, text: string): string | null {
  if (value === undefined || /^[0-7]{3,4}$/.test(value)) return value ?? null;
  throw wrongMount(text, `\`${value}\` is not an octal mode`, 'write for instance tmpfs-mode=1777');
}
