import { PodctlError } from '../../core/errors.js';
import { resolvePath } from '../../core/path.js';
import type { World } from '../../io/world.js';
import type { ReportCopy, TestInput } from '../../plan/decide-test.js';
import { carryOut } from '../carry-out.js';
import type { Context } from '../context.js';
import { flavourOf } from '../project.js';
import type { TestBed } from './bed.js';
import type { TestOptions } from './options.js';
import type { PreparedTest } from './prepare.js';

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

/** What became of a report. */
export type CopiedReport = { readonly path: string; readonly to: string; readonly copied: boolean };

/** Copy the reports out of the ended container, each for itself: one that the tests did not write is told, and no failure. */
export async function copyReports(
  { found }: TestBed,
  { steps, plan }: PreparedTest,
  context: Context,
): Promise<readonly CopiedReport[]> {
  const copied: CopiedReport[] = [];
  for (const { path, to, steps: copy } of steps.reports) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- two may go into one folder
      await carryOut({ ...plan, steps: copy }, found, context);
      copied.push({ path, to, copied: true });
    } catch (error) {
      if (!(error instanceof PodctlError)) throw error;
      const reason = /no such file|could not (be )?f(i|ou)nd/i.test(error.message)
        ? 'the tests did not write it'
        : error.message;
      context.output.note(`note: the report \`${path}\` was not copied: ${reason}`);
      copied.push({ path, to, copied: false });
    }
  }
  return copied;
}
