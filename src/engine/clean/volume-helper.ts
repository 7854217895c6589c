import { LABEL } from '../../core/project.js';
import type { FoundEngine } from '../engine.js';
import { engineError } from '../engine-error.js';
import type { Processes } from '../process.js';
import { VOLUME_FOLDER } from './volume-way.js';

/** A container that has a volume mounted and is never started. `argv`: the engine's program with its options. */
export type VolumeHelper = { readonly argv: readonly string[]; readonly id: string };

type Site = { readonly found: FoundEngine; readonly project: string; readonly processes: Processes };

/**
 * Do something with such a container, which goes again with its image. The image is made from nothing: a volume is reached whatever
 * images the engine has, and nothing of an image is copied into an empty one.
 */
export async function withVolumeHelper(
  volume: string,
  site: Site,
  use: (helper: VolumeHelper) => Promise<void>,
): Promise<void> {
  const label = `${LABEL.project}=${site.project}`;
  const argv = [site.found.connection.program, ...site.found.connection.globals];
  const ask = askWith(argv, site);
  const image = await ask(['import', '--change', `LABEL ${label}`, '-'], EMPTY_ARCHIVE);
  try {
    const mount = `type=volume,source=${volume},target=/${VOLUME_FOLDER}`;
    const made = ['--network', 'none', '--pull', 'never', '--label', label, '--mount', mount];
    const id = await ask(['create', ...made, image, 'podctl-keeps']);
    try {
      await use({ argv, id });
    } finally {
      await ask(['rm', '--force', id]);
    }
  } finally {
    await ask(['image', 'rm', '--force', image]);
  }
}

// Two empty blocks are an archive without entries; programs write them in records of twenty.
const EMPTY_ARCHIVE = '\0'.repeat(10_240);

function askWith([file = '', ...globals]: readonly string[], { processes }: Site) {
  return async (args: readonly string[], input?: string): Promise<string> => {
    const ended = await processes.run({ file, args: [...globals, ...args], input, timeout: 60_000 });
    if (ended.exitCode === 0) return ended.stdout.trim().split('\n').at(-1) ?? '';
    throw engineError({ argv: [file, ...args], exitCode: ended.exitCode, output: ended.stderr });
  };
}
