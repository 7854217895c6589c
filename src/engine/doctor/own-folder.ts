import { ifPossible } from '../../core/errors.js';
import type { Files } from '../../io/files.js';
import type { Host } from '../../io/host.js';
import { stateDir } from '../../io/state-dir.js';
import { parseKept } from '../../plan/clean/kept.js';
import type { StateFacts } from '../../plan/doctor/state.js';

/** podctl's own folder: whose it is, and who may look in. */
export async function readOwnFolder({
  host,
  files,
}: {
  readonly host: Host;
  readonly files: Files;
}): Promise<StateFacts> {
  const path = stateDir(host);
  const folder = await statOf(path, files);
  return { path, uid: host.uid, folder, kept: folder === null ? null : await readKept(`${path}/projects`, files) };
}

// What reset and prune put away, of every project.
async function readKept(projects: string, files: Files): Promise<StateFacts['kept']> {
  const names = await ifPossible(() => files.list(projects));
  const kept = await Promise.all((names ?? []).map((name) => keptOf(`${projects}/${name}/undo`, files)));
  const sizes = kept.flat();
  return sizes.length === 0 ? null : { bytes: sizes.reduce((sum, size) => sum + size, 0), count: sizes.length };
}

async function keptOf(folder: string, files: Files): Promise<readonly number[]> {
  const names = ((await ifPossible(() => files.list(folder))) ?? []).filter((name) => name.endsWith('.json'));
  const texts = await Promise.all(names.map((name) => ifPossible(() => files.readText(`${folder}/${name}`))));
  return texts.flatMap((text) => {
    const kept = text === null ? null : parseKept(text);
    return kept === null ? [] : [kept.things.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0)];
  });
}

async function statOf(path: string, files: Files): Promise<StateFacts['folder']> {
  const stat = await ifPossible(() => files.stat(path));
  return stat === null ? null : { uid: stat.uid, mode: stat.mode };
}
