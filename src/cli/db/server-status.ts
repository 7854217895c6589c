import { sizeSql } from '../../plan/dump-sql.js';
import type { Context } from '../context.js';
import { databasesOf, versionOf } from './server-dump.js';
import { readNote } from './server-journal.js';
import { type ServerQuestion, serverAddress } from './server-site.js';
import { openTalk } from './server-talk.js';

/** What a running server says of itself. `bytes` as the server counts them. */
export type ServerState = {
  readonly version: string;
  readonly databases: readonly { readonly name: string; readonly tables: number; readonly bytes: number }[];
  /** A restore was killed; the next backup or restore finishes it or takes it back. */
  readonly interrupted: boolean;
};

/** Ask a server for its version and what it holds. Throws UNAVAILABLE when it does not run. */
export async function serverState(question: ServerQuestion, context: Context): Promise<ServerState> {
  const talk = await openTalk(await serverAddress(question, context));
  const { family } = talk.server;
  const interrupted = (await readNote(question, context)) !== null;
  const databases: ServerState['databases'][number][] = [];
  for (const { name } of await databasesOf(talk, question.entry.databases)) {
    // oxlint-disable-next-line no-await-in-loop -- a few questions to one server
    const [row] = await talk.ask(sizeSql(family, name), family === 'postgres' ? name : null);
    databases.push({ name, tables: Number(row?.['tables'] ?? 0), bytes: Number(row?.['bytes'] ?? 0) });
  }
  return { version: await versionOf(talk), databases, interrupted };
}
