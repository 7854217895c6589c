import { randomUUID } from 'node:crypto';
import { type BackupKind, type BackupManifest, backupId, backupNames, expired, isOf } from '../../core/backup.js';
import { findAssets } from '../../io/assets.js';
import {
  leftoversIn,
  listBackups,
  openPartial,
  publish,
  removeBackup,
  type StoredBackup,
} from '../../io/backup-store.js';
import { packInto } from '../../io/pack.js';
import type { DataPlan } from '../../plan/data-step.js';
import { work } from '../../plan/data-step.js';
import { contentsSql } from '../../plan/dump-sql.js';
import type { Context } from '../context.js';
import { frameOf } from './carry.js';
import { contentsOf, type DumpSummary, readContents, type ServerContents, writeDump } from './server-dump.js';
import { finishInterrupted } from './server-journal.js';
import { type ServerQuestion, serverAddress } from './server-site.js';
import { openTalkWith, recordingTalk, type ServerTalk } from './server-talk.js';
import { backupFolder, ownMark } from './site.js';

/** A backup of a server, and those that the rules no longer keep, which are gone by then. */
export type ServerBackup = { readonly backup: StoredBackup; readonly removed: readonly StoredBackup[] };

/** Dump a server into the store. What is not whole in the end is no backup. */
export async function backupServer(question: ServerQuestion, context: Context): Promise<ServerBackup> {
  const { entry, family, site } = question;
  const { talk, answer } = await openTalkWith(await serverAddress(question, context), contentsSql(family));
  const isChanged = await finishInterrupted(talk, question, context);
  const contents = isChanged ? await contentsOf(talk, entry.databases) : readContents(family, answer, entry.databases);
  const backup = await storeDump(talk, question, { kind: 'backup', context, contents });
  const known = await listBackups(backupFolder(entry, site, context), entry.key);
  const own = known.filter(({ manifest, state }) => state === 'whole' && isOf(manifest, ownMark(entry, site)));
  const gone = expired(
    own.map((one) => ({ id: one.manifest.id, kind: one.manifest.kind, one })),
    entry.backup.keep,
  )
    .map(({ one }) => one)
    // After a clock that was set back the newest backup has not the highest id.
    .filter(({ manifest }) => manifest.id !== backup.manifest.id);
  for (const { manifest } of gone) {
    context.output.note(`removes backup ${manifest.key} ${manifest.id}: the rules keep newer ones`);
  }
  // oxlint-disable-next-line no-await-in-loop -- one after the other, oldest first
  for (const one of gone) await removeBackup(one);
  return { backup, removed: gone };
}

/** What a backup would do, without doing it: the server is only asked what it holds. */
export async function planServerBackup(question: ServerQuestion, context: Context): Promise<DataPlan> {
  const address = await serverAddress(question, context);
  const { entry, family, site, side } = question;
  const { talk: open, answer } = await openTalkWith(address, contentsSql(family));
  const talk = recordingTalk(open, address);
  const contents = readContents(family, answer, entry.databases);
  await writeDump(talk, { contents, id: newDumpId() }, async () => undefined);
  const folder = backupFolder(entry, site, context);
  const draft = await draftOf(question, { kind: 'backup', context });
  const { name, version, assumed } = frameOf(side).engine;
  const file = work(
    { action: 'publish', path: `${folder}/${draft.file}`, folder, draft },
    'the dumps above, packed; its manifest makes it a backup',
  );
  return {
    profile: site.chosen.loaded.name,
    mode: site.mode,
    engine: { name, version, assumed },
    steps: [...talk.steps, file],
  };
}

type Making = { readonly kind: BackupKind; readonly context: Context; readonly contents: ServerContents };

/** Write a dump of the server's databases, and make it a backup. */
export async function storeDump(talk: ServerTalk, question: ServerQuestion, making: Making): Promise<StoredBackup> {
  const { entry, site } = question;
  const folder = backupFolder(entry, site, making.context);
  for (const path of await leftoversIn(folder, entry.key)) {
    // oxlint-disable-next-line no-await-in-loop -- few, left by podctls that were killed: one after the other, so that the first failure ends it
    await making.context.world.files.removeFile(path);
  }
  const draft = await draftOf(question, making);
  const { contents } = making;
  const { path, file } = await openPartial(folder, draft);
  try {
    const packer = packInto(file, draft.compress);
    const dumped = await writeDump(talk, { contents, id: newDumpId() }, (chunk) => packer.write(chunk));
    const packed = await packer.finish();
    return await publish(folder, { podctl: 1, ...draft, ...packed, server: serverOf(dumped) });
  } catch (error) {
    await making.context.world.files.removeFile(path);
    throw error;
  } finally {
    await file.close();
  }
}

type Draft = Omit<BackupManifest, 'podctl' | 'bytes' | 'sha256' | 'content'>;

async function draftOf(question: ServerQuestion, { kind, context }: Omit<Making, 'contents'>): Promise<Draft> {
  const { entry, site } = question;
  const { world } = context;
  const now = world.clock.now();
  const known = await listBackups(backupFolder(entry, site, context), entry.key);
  const { key, holds } = entry;
  const { compress } = entry.backup;
  const id = backupId(
    now,
    known.map(({ manifest }) => manifest.id),
  );
  return {
    version: (await findAssets(world.files, world.assets)).version,
    kind,
    id,
    project: site.project,
    profile: site.chosen.loaded.name,
    key,
    holds,
    made: new Date(now).toISOString(),
    source: ownMark(entry, site).source,
    how: 'online',
    compress,
    file: backupNames({ key, id, holds, compress }).data,
  };
}

function serverOf({ head, parts }: DumpSummary): Readonly<Record<string, string>> {
  const names = [...new Set(parts.map(({ database }) => database))];
  return { family: head.family, version: head.version, databases: names.join(', ') };
}

function newDumpId(): string {
  return randomUUID().replaceAll('-', '');
}
