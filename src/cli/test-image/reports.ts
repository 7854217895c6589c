import { PodctlError } from '../../core/errors.js';
import { resolvePath } from '../../core/path.js';
import type { World } from '../../io/world.js';
import type { ReportCopy, TestInput } from '../../plan/decide-test.js';
import { flavourOf } from '../project.js';
import type { TestBed } from './bed.js';
import type { TestOptions } from './options.js';

/** Where each report is copied to, and which folders have to be made for it. Throws MISSING_INPUT where a file stands in the way. */
export async function planReports(bed: TestBed, options: TestOptions, world: World): Promise<readonly ReportCopy[]> {
  const { host, files } = world;
  const flavour = flavourOf(host);
  const given = options.reportDir === undefined ? null : resolvePath(host.cwd, options.reportDir, flavour);
  return Promise.all(
    bed.settings.reports.map(async ({ path, to }) => {
      const folder = given ?? resolvePath(bed.chosen.project.root, to, flavour);
      return { path, to: folder, missing: await missingFolders(folder, { files, flavour }) };
    }),
  );
}

type Looking = { readonly files: World['files']; readonly flavour: ReturnType<typeof flavourOf> };

// Outermost first.
async function missingFolders(folder: string, { files, flavour }: Looking): Promise<readonly string[]> {
  const missing: string[] = [];
  for (let path = folder; ; path = resolvePath(path, '..', flavour)) {
    // oxlint-disable-next-line no-await-in-loop -- each folder is asked for only when the one below it is missing
    const stat = await files.stat(path);
    if (stat?.kind === 'directory' || resolvePath(path, '..', flavour) === path) return missing;
    if (stat !== null) {
      throw new PodctlError('MISSING_INPUT', `reports cannot be copied into \`${folder}\`: \`${path}\` is no folder`, {
        hint: 'correct `to` of the report in [test], or give --report-dir',
      });
    }
    missing.unshift(path);
  }
}

/** Whom copies belong to where podctl runs as root by sudo; null: to whoever runs podctl. */
export function reportOwner({ host }: Pick<World, 'host'>): TestInput['owner'] {
  const { SUDO_UID: uid = '', SUDO_GID: gid = '' } = host.env;
  if (host.uid !== 0 || !/^\d+$/.test(uid) || !/^\d+$/.test(gid) || uid === '0') return null;
  return { uid: Number(uid), gid: Number(gid) };
}
