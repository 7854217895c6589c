import { PodctlError } from '../../core/errors.js';
import { asText } from '../../engine/json.js';
import { Tail } from '../../engine/piped.js';
import { PartReader } from '../../io/dump-parts.js';
import {
  type DumpHead,
  type DumpPart,
  damaged,
  endLine,
  headLine,
  markerOf,
  parseHead,
  parseMarker,
  partLine,
} from '../../plan/dump-format.js';
import {
  contentsSql,
  type DatabaseFacts,
  type DatabaseObject,
  databasesSql,
  isProjects,
  objectsSql,
  versionSql,
} from '../../plan/dump-sql.js';
import { dumpArgv, endsWhole } from '../../plan/dump-tools.js';
import type { Answer, ServerTalk } from './server-talk.js';

/** What a backup of a server holds, for its manifest. */
export type DumpSummary = {
  readonly head: DumpHead;
  readonly parts: readonly (DumpPart & { readonly bytes: number })[];
};

/** Takes the bytes of a backup; the next ones come when it has settled. */
export type Sink = (chunk: Uint8Array) => Promise<void>;

/** What a server holds of a project: its version, the databases that are backed up, and the views in all of them. */
export type ServerContents = {
  readonly version: string;
  readonly databases: readonly DatabaseFacts[];
  readonly views: readonly DatabaseObject[];
};

/** Databases that hold the project's data, or those that the profile names; one that is missing is an error. */
export async function databasesOf(talk: ServerTalk, wanted: readonly string[]): Promise<readonly DatabaseFacts[]> {
  return chosenOf(talk.server.family, await talk.ask(databasesSql(talk.server.family)), wanted);
}

/** All that a backup asks the server, of the same databases. */
export async function contentsOf(talk: ServerTalk, wanted: readonly string[]): Promise<ServerContents> {
  const { family } = talk.server;
  return readContents(family, await talk.ask(contentsSql(family)), wanted);
}

/** The same from the rows of `contentsSql`. */
export function readContents(
  family: DumpHead['family'],
  rows: readonly Answer[],
  wanted: readonly string[],
): ServerContents {
  const version = asText(rows.find((row) => 'version' in row)?.['version']);
  return { version, databases: chosenOf(family, rows, wanted), views: rows.flatMap(objectOf) };
}

function chosenOf(
  family: DumpHead['family'],
  rows: readonly Answer[],
  wanted: readonly string[],
): readonly DatabaseFacts[] {
  const all = rows.filter((row) => 'options' in row).flatMap(factsOf);
  if (wanted.length === 0) return all.filter(({ name }) => isProjects(family, name));
  return wanted.map((name) => {
    const found = all.find((one) => one.name === name);
    if (found !== undefined) return found;
    const there = all.map((one) => one.name).filter((one) => isProjects(family, one));
    throw new PodctlError('MISSING_INPUT', `the server has no database \`${name}\``, {
      hint: there.length === 0 ? 'it has none yet' : `it has ${there.join(', ')}`,
    });
  });
}

/** Version of the server, in its own words. */
export async function versionOf(talk: ServerTalk): Promise<string> {
  const [row] = await talk.ask(versionSql(talk.server.family));
  return asText(row?.['version']);
}

/** Every table, view, trigger, routine and event of MySQL or MariaDB databases. */
export async function objectsOf(talk: ServerTalk, databases: readonly string[]): Promise<readonly DatabaseObject[]> {
  if (talk.server.family === 'postgres' || databases.length === 0) return [];
  return (await talk.ask(objectsSql(databases))).flatMap(objectOf);
}

/** Write a backup of the databases, part by part. Throws as soon as one part is not whole; what was written by then is none. */
export async function writeDump(
  talk: ServerTalk,
  request: { readonly contents: ServerContents; readonly id: string },
  sink: Sink,
): Promise<DumpSummary> {
  const { contents, id } = request;
  const { databases, version } = contents;
  const { family } = talk.server;
  if (databases.length === 0) {
    throw new PodctlError('MISSING_INPUT', 'the server holds no database of this project', {
      hint: 'start the application first, or name databases in the [data] entry',
    });
  }
  const head = { id, family, version };
  await sink(Buffer.from(headLine(head)));
  const parts: DumpSummary['parts'][number][] = [];
  for (const database of databases) {
    const views = contents.views.filter((view) => view.database === database.name);
    for (const kind of kindsOf(family, views.length > 0)) {
      const part: DumpPart = { kind, database: database.name, options: database.options };
      // oxlint-disable-next-line no-await-in-loop -- the parts follow each other in one file
      parts.push({ ...part, bytes: await writePart(talk, { id, part, views: views.map(({ name }) => name) }, sink) });
    }
  }
  await sink(Buffer.from(endLine(id)));
  return { head, parts };
}

/** Read a backup from its first byte to its last, and see that every part of it is whole. */
export async function checkDump(source: AsyncIterable<Uint8Array>): Promise<DumpSummary> {
  const parts: DumpSummary['parts'][number][] = [];
  const head = await eachPart(source, async (part, body, { family }) => {
    const tail = new Tail(TAIL_BYTES);
    let bytes = 0;
    for await (const chunk of body) {
      tail.add(chunk);
      bytes += chunk.length;
    }
    if (!endsWhole(family, tail.text())) throw damaged(`the ${part.kind} of \`${part.database}\` are cut off`);
    parts.push({ ...part, bytes });
  });
  return { head, parts };
}

/** Hand over part after part of a backup as it is read. A body that is not used is passed over. Throws when the end is missing. */
export async function eachPart(
  source: AsyncIterable<Uint8Array>,
  use: (part: DumpPart, body: AsyncIterable<Uint8Array>, head: DumpHead) => Promise<void>,
): Promise<DumpHead> {
  const reader = new PartReader(source, { markerOf: markerOfHead, cutOff: damaged });
  try {
    const head = parseHead(await reader.first());
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- a stream is read in order
      const line = await reader.next();
      if (line === null) throw damaged('its end is missing');
      const part = parseMarker(line);
      if (part === null) return head;
      // oxlint-disable-next-line no-await-in-loop -- a stream is read in order
      await use(part, reader.body(), head);
    }
  } finally {
    await reader.close();
  }
}

function markerOfHead(line: string): string {
  return markerOf(parseHead(line).id);
}

// The last line of a dump and a few before it.
const TAIL_BYTES = 512;

function kindsOf(family: DumpHead['family'], hasViews: boolean): readonly DumpPart['kind'][] {
  if (family === 'postgres') return ['tables'];
  return hasViews ? ['tables', 'code', 'views'] : ['tables', 'code'];
}

type Writing = { readonly id: string; readonly part: DumpPart; readonly views: readonly string[] };

async function writePart(talk: ServerTalk, { id, part, views }: Writing, sink: Sink): Promise<number> {
  const tail = new Tail(TAIL_BYTES);
  let bytes = 0;
  let begun = false;
  const line = Buffer.from(partLine(id, part));
  const onOutput = async (chunk: Buffer): Promise<void> => {
    if (!begun) await sink(line);
    begun = true;
    tail.add(chunk);
    bytes += chunk.length;
    await sink(chunk);
  };
  const why = `${WHAT[part.kind]} of database \`${part.database}\`, as they are at one moment`;
  await talk.pass(dumpArgv(talk.server, { ...part, views }), { input: null, onOutput, why });
  // A recorded conversation has no output.
  if (!begun && !('steps' in talk)) throw cutOff(part);
  if (begun && !endsWhole(talk.server.family, tail.text())) throw cutOff(part);
  if (begun && !tail.text().endsWith('\n')) await sink(Buffer.from('\n'));
  return bytes;
}

const WHAT = { tables: 'tables', code: 'routines, triggers and events', views: 'views' } as const;

function cutOff({ kind, database }: DumpPart): PodctlError {
  return new PodctlError('CANNOT_CREATE', `the dump of the ${kind} of \`${database}\` ended before it was whole`, {
    hint: 'see whether the server still runs, and try again; what was written is no backup',
  });
}

function factsOf(row: Readonly<Record<string, unknown>>): readonly DatabaseFacts[] {
  const { name, options } = row;
  if (typeof name !== 'string') return [];
  const texts = Object.entries(typeof options === 'object' && options !== null ? options : {});
  return [{ name, options: Object.fromEntries(texts.map(([key, value]) => [key, asText(value)])) }];
}

const KINDS = ['table', 'view', 'trigger', 'routine', 'event'] as const;

function objectOf(row: Readonly<Record<string, unknown>>): readonly DatabaseObject[] {
  const kind = KINDS.find((one) => one === row['kind']);
  if (kind === undefined) return [];
  return [{ kind, database: asText(row['database']), name: asText(row['name']), type: asText(row['type']) }];
}
