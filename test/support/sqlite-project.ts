import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BackupManifest } from '../../src/core/backup.js';
import { type Folder, projectFolder } from './machine.js';
import type { Finished } from './podctl.js';

const folders: Folder[] = [];

/** A profile whose container keeps one SQLite database in a folder of the project. */
export const SQLITE_PROFILE = `name = "app"
images.app.name = "localhost/podctl-test/busybox"
images.app.tag = "1"
commands.serve.args = ["sleep", "600"]
container.stop_timeout = "1s"

[container.mounts.data]
type = "bind"
source = "var"
target = "/var/lib/app"

[data.db]
holds = "sqlite"
mount = "data"
file = "/var/lib/app/db"
backup = { folder = "backups" }
`;

/** A new project with that profile and an empty folder for the database; gone with `clearProjects`. */
export function sqliteProject(): string {
  const folder = projectFolder('db');
  cleared(folder);
  mkdirSync(join(folder.path, 'var'));
  writeFileSync(join(folder.path, 'podctl.toml'), SQLITE_PROFILE);
  return folder.path;
}

/** Counts a folder that was made otherwise among those to remove. */
export function cleared(folder: Folder): void {
  folders.push(folder);
}

/** Removes every project made so far. */
export function clearProjects(): void {
  for (const { clear } of folders.splice(0)) clear();
}

type Told = { readonly backups: readonly (BackupManifest & { readonly path: string })[] };

/** The document that `podctl db … --json` printed. */
export function told({ stdout }: Finished): Told {
  return JSON.parse(stdout) as Told;
}
