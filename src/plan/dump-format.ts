import { PodctlError } from '../core/errors.js';
import type { ServerFamily } from '../spec/server-version.js';
import type { PartKind } from './dump-tools.js';

/**
 * A backup of a database server is text that the server's own client can load: what its dump program wrote, part by part, with a comment
 * line before each. The lines carry a random word, so that nothing in the data is taken for one.
 */
export type DumpHead = {
  readonly id: string;
  readonly family: ServerFamily;
  /** The server's own word for its version. */
  readonly version: string;
};

/** One part: `options` are those that the database was made with. */
export type DumpPart = {
  readonly kind: PartKind;
  readonly database: string;
  readonly options: Readonly<Record<string, string>>;
};

const FIRST = '-- podctl dump 1 ';

/** The first line. */
export function headLine({ id, family, version }: DumpHead): string {
  return `${FIRST}${id} ${JSON.stringify({ family, version })}\n`;
}

/** The line before a part. */
export function partLine(id: string, part: DumpPart): string {
  return `${markerOf(id)}part ${JSON.stringify(part)}\n`;
}

/** The last line: a backup without it was cut off. */
export function endLine(id: string): string {
  return `${markerOf(id)}end\n`;
}

/** How the lines between the parts begin. */
export function markerOf(id: string): string {
  return `-- podctl ${id} `;
}

/** Read the first line. Throws BAD_DATA for anything else. */
export function parseHead(line: string): DumpHead {
  const [, id = '', rest = ''] = /^-- podctl dump 1 ([0-9a-f-]{8,}) (\{.*\})$/.exec(line) ?? [];
  const { family, version } = record(rest);
  if (id === '' || !isFamily(family)) {
    throw new PodctlError('BAD_DATA', 'this is no dump of a database server that podctl made', {
      hint: 'choose one of `podctl db list`',
    });
  }
  return { id, family, version: typeof version === 'string' ? version : '' };
}

/** Read a line between two parts, without its marker: the part that follows, or null for the end. */
export function parseMarker(rest: string): DumpPart | null {
  if (rest === 'end') return null;
  const { kind, database, options } = record(rest.replace(/^part /, ''));
  if (typeof database !== 'string' || !isKind(kind)) throw damaged('one of its lines cannot be read');
  const texts = Object.entries(typeof options === 'object' && options !== null ? options : {}).flatMap(
    ([name, value]) => (typeof value === 'string' ? [[name, value] as const] : []),
  );
  return { kind, database, options: Object.fromEntries(texts) };
}

/** The error for a backup that does not hold what it should. */
export function damaged(why: string): PodctlError {
  return new PodctlError('BAD_DATA', `the backup is damaged: ${why}`, {
    hint: 'choose another one of `podctl db list`; nothing was changed',
  });
}

function record(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function isFamily(value: unknown): value is ServerFamily {
  return value === 'postgres' || value === 'mariadb' || value === 'mysql';
}

function isKind(value: unknown): value is PartKind {
  return value === 'tables' || value === 'code' || value === 'views';
}
