import { isSecretVariable } from './contract-source.js';
import type { EnvVariable } from './schema-env.js';
import { type DotenvSlot, dotenvSlots, fillSlots, formatDotenvValue } from './write-dotenv.js';

/** What an env file is made from. */
export type EnvFileParts = {
  /** The file as it stands; null: there is none. */
  readonly existing: string | null;
  /** A file that shows which variables there are, and its name. */
  readonly sample: { readonly file: string; readonly text: string } | null;
  readonly contract: Readonly<Record<string, EnvVariable>>;
};

/** An env file with blanks: everything that was there, then what the sample and the contract add. */
export type EnvFileDraft = {
  readonly text: string;
  /** What was added to the end; empty for a file that has all. A new file is all added. */
  readonly added: string;
  /** Variables with a line of their own, each once, in order. */
  readonly variables: readonly DraftVariable[];
};

export type DraftVariable = {
  readonly name: string;
  /** null: the contract does not know it. */
  readonly variable: EnvVariable | null;
  /** Where the value goes; null: it has one, which stays. */
  readonly slot: DotenvSlot | null;
  /** The line is new. */
  readonly added: boolean;
};

/** Lay out an env file. What is there stays as it is, comments and order too; only missing variables are added, at the end. */
export function draftEnvFile({ existing, sample, contract }: EnvFileParts): EnvFileDraft {
  const base = existing ?? '';
  const known = namesIn(base);
  const fromSample = sample === null ? '' : sampleText(blanked(sample, contract), base, known);
  const there = new Set([...known, ...namesIn(fromSample)]);
  const more = contractText(contract, { there, mentioned: mentionedIn(`${base}\n${fromSample}`) });
  const added = [fromSample, more].filter((part) => part !== '').join('\n');
  const text = joined(base, added);
  return { text, added, variables: variablesIn(text, contract, known) };
}

/** The file with its values in place. */
export function fillEnvFile({ text, variables }: EnvFileDraft, values: Readonly<Record<string, string>>): string {
  const filled = variables.flatMap(({ name, slot }) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (slot === null) return [];
    // A comment behind a blank would be read as its value.
    return value === undefined && slot.comment === '' ? [] : [{ slot, value: value ?? '' }];
  });
  return fillSlots(text, filled);
}

/** What filling would write and is not there yet, with no secret in it: blanks of old lines that get a value, then the new lines. */
export function shownText({ added, variables }: EnvFileDraft, values: Readonly<Record<string, string>>): string {
  const old = variables.flatMap((one) => {
    const value = values[one.name];
    return one.added || one.slot === null || value === undefined ? [] : [`${shown(one, value)}\n`];
  });
  const fresh = dotenvSlots(added).flatMap((slot) => {
    const { variable = null } = variables.find(({ name }) => name === slot.name) ?? {};
    const secret = variable !== null && isSecretVariable(variable);
    if (!slot.blank) return secret ? [{ slot, value: REDACTED }] : [];
    const value = values[slot.name];
    if (value === undefined) return [];
    return [{ slot, value: secret || variable === null ? REDACTED : value }];
  });
  return `${old.join('')}${fillSlots(added, fresh)}`;
}

const REDACTED = '[redacted]';

function shown({ name, variable }: DraftVariable, value: string): string {
  const hidden = value !== '' && (variable === null || isSecretVariable(variable));
  return `${name}=${hidden ? REDACTED : formatDotenvValue(value)}`;
}

function namesIn(text: string): ReadonlySet<string> {
  const bare = [...text.matchAll(/^[^\S\n]*(?:export[^\S\n]+)?([\p{L}\p{N}_.[\]-]+)[^\S\n]*\r?$/gmu)];
  return new Set([...dotenvSlots(text).map(({ name }) => name), ...bare.map(([, name = '']) => name)]);
}

function variablesIn(
  text: string,
  contract: EnvFileParts['contract'],
  known: ReadonlySet<string>,
): readonly DraftVariable[] {
  // Of several lines for one name the last one counts.
  const slots = new Map(dotenvSlots(text).map((slot) => [slot.name, slot]));
  return [...slots.values()].map((slot) => ({
    name: slot.name,
    variable: Object.hasOwn(contract, slot.name) ? (contract[slot.name] ?? null) : null,
    slot: slot.blank ? slot : null,
    added: !known.has(slot.name),
  }));
}

// What a sample has for show is worse than nothing: it would pass every check.
function blanked(
  { file, text }: { file: string; text: string },
  contract: EnvFileParts['contract'],
): { file: string; text: string } {
  const slots = dotenvSlots(text).filter(({ name }) => Object.hasOwn(contract, name) && contract[name]?.blank === true);
  return {
    file,
    text: fillSlots(
      text,
      slots.map((slot) => ({ slot, value: '' })),
    ),
  };
}

// A new file is the whole sample; to one that is there only the missing variables are added, with the comments right above them.
function sampleText({ file, text }: { file: string; text: string }, base: string, known: ReadonlySet<string>): string {
  if (base === '') return text.replace(/^\ufeff/u, '');
  const missing = dotenvSlots(text).filter(({ name }) => !known.has(name));
  if (missing.length === 0) return '';
  return `# from ${file}\n${missing.map((slot) => blockOf(slot, text)).join('')}`;
}

function blockOf({ from, to }: DotenvSlot, text: string): string {
  let start = text.lastIndexOf('\n', from - 1) + 1;
  for (;;) {
    const above = text.lastIndexOf('\n', start - 2) + 1;
    if (start === 0 || !/^[^\S\n]*#/u.test(text.slice(above, start))) break;
    start = above;
  }
  const end = text.indexOf('\n', to);
  return `${text.slice(start, end === -1 ? text.length : end).replaceAll('\r', '')}\n`;
}

// Lines like `# NAME=…`: what may be set and was mentioned once is not mentioned again.
function mentionedIn(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(/^[^\S\n]*#+[^\S\n]*([\p{L}\p{N}_.[\]-]+)=/gmu)].map(([, name = '']) => name));
}

type Names = { readonly there: ReadonlySet<string>; readonly mentioned: ReadonlySet<string> };

function contractText(contract: EnvFileParts['contract'], { there, mentioned }: Names): string {
  return Object.entries(contract)
    .filter(([name, variable]) => !there.has(name) && (!mentioned.has(name) || isBlank(variable)))
    .filter(([, { source }]) => source === undefined)
    .map(([name, variable]) => entryOf(name, variable))
    .join('\n');
}

// Somebody has to fill it in, or podctl does.
function isBlank({ required, generate }: EnvVariable): boolean {
  return required === true || generate !== undefined;
}

// What nobody has to set stands there as a comment, with the value that counts without it.
function entryOf(name: string, variable: EnvVariable): string {
  const { about, example } = variable;
  const standard = variable.default === undefined ? '' : String(variable.default);
  const lines = [
    ...(about === undefined ? [] : [about]),
    ...(example === undefined ? [] : [`for instance ${example}`]),
  ].flatMap((text) => text.split(/\r?\n/u).map((line) => `# ${line}\n`));
  return `${lines.join('')}${isBlank(variable) ? `${name}=` : `# ${name}=${formatDotenvValue(standard).replaceAll('\n', ' ')}`}\n`;
}

function joined(base: string, added: string): string {
  if (base === '' || added === '') return `${base}${added}`;
  const end = /\r\n/u.test(base) ? '\r\n' : '\n';
  return `${base}${base.endsWith('\n') ? '' : end}${end}${added.replaceAll('\n', end)}`;
}
