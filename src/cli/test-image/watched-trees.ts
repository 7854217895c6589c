import { PodctlError } from '../../core/errors.js';
import { resolvePath } from '../../core/path.js';
import { stateDir } from '../../io/state-dir.js';
import type { WatchedTree } from '../../io/watch-files.js';
import type { World } from '../../io/world.js';
import { makeIgnore, parseIgnoreFile } from '../../plan/ignore-file.js';
import { pathRules } from '../../plan/ignore-path.js';
import { resolveImages } from '../../profile/resolve.js';
import { testOf } from '../../profile/test-profile.js';
import { SOURCE_MOUNT, TEST_COMMAND } from '../../profile/test-tree.js';
import { flavourOf } from '../project.js';
import { draftRun } from '../run/draft.js';
import type { TestBed } from './bed.js';
import type { TestOptions } from './options.js';

export type Watched = { readonly trees: readonly WatchedTree[]; readonly except: readonly string[] };

/** What a change of would make the tests end otherwise: build contexts with --build, mounted sources with --mount-source. */
export async function watchedTrees(bed: TestBed, options: TestOptions, world: World): Promise<Watched> {
  const contexts = options.build ? contextsOf(bed, world) : [];
  const sources = options.mountSource ? await sourcesOf(bed, options, world) : [];
  const roots = [...new Set([...contexts, ...sources])];
  if (roots.length === 0) {
    throw new PodctlError('USAGE', 'there is nothing to watch: the profile names no sources of the tests', {
      hint: 'write mount_source = ["…"] or [test.source], or add --build for an image with a context',
    });
  }
  const builder = bed.found.facts.name === 'podman' ? 'podman' : 'buildkit';
  const trees = await Promise.all(
    roots.map(async (root) => {
      const file = parseIgnoreFile(await ignoreFileIn(root, world));
      return { root, ...pathRules(makeIgnore(file, builder)) };
    }),
  );
  return { trees, except: [stateDir(world.host), ...reportsOf(bed, options, world)] };
}

function contextsOf({ chosen, drawn, image }: TestBed, { host }: World): readonly string[] {
  const flavour = flavourOf(host);
  const images = image.key === null ? {} : resolveImages(chosen.loaded, drawn, image.key);
  return Object.values(images).flatMap(({ context }) =>
    context === undefined || /^([a-z+]+:\/\/|git@)/.test(context)
      ? []
      : [resolvePath(chosen.project.root, context, flavour)],
  );
}

async function sourcesOf(bed: TestBed, options: TestOptions, world: World): Promise<readonly string[]> {
  const { target, chosen } = bed;
  if (target === null) return [];
  const { mode, config, envFiles, flags } = options;
  const request = { chosen: target, command: TEST_COMMAND, mode, config, envFiles, env: flags.env };
  const { resolved } = await draftRun(request, world);
  const keys = new Set([SOURCE_MOUNT, ...(testOf(chosen.loaded)?.mount_source ?? [])]);
  return resolved.container.mounts.flatMap(({ key, type, source }) => {
    const [name = ''] = key.split('/');
    if (type !== 'bind' || source === undefined || !(keys.has(key) || keys.has(name))) return [];
    return [resolvePath(chosen.project.root, source.replace(/^~(?=$|[\\/])/, world.host.home), flavourOf(world.host))];
  });
}

async function ignoreFileIn(root: string, { files, host }: World): Promise<string> {
  for (const name of ['.containerignore', '.dockerignore']) {
    // oxlint-disable-next-line no-await-in-loop -- the second is only read where the first is missing
    const text = await files.readText(resolvePath(root, name, flavourOf(host)));
    if (text !== null) return text;
  }
  return '';
}

// What a run writes must not start the next one.
function reportsOf({ settings, chosen }: TestBed, { reportDir }: TestOptions, { host }: World): readonly string[] {
  const flavour = flavourOf(host);
  return settings.reports.map(({ path, to }) => {
    const folder =
      reportDir === undefined
        ? resolvePath(chosen.project.root, to, flavour)
        : resolvePath(host.cwd, reportDir, flavour);
    return resolvePath(folder, path.replace(/\/+$/, '').split('/').at(-1) ?? '', flavour);
  });
}
