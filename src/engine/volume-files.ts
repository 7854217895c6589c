import { LABEL } from '../core/project.js';
import type { Host } from '../io/host.js';
import type { FoundEngine } from './engine.js';
import { type Processes, realProcesses } from './process.js';

export type VolumeQuestion = {
  readonly volume: string;
  /** Any image that the engine has: nothing in it is started. */
  readonly image: string;
  /** Value of the project's label, for the container that is made and removed. */
  readonly project: string;
  /** Paths of small text files below the volume. */
  readonly paths: readonly string[];
};

/** By path; null: no such file. */
export type VolumeTexts = { readonly texts: Readonly<Record<string, string | null>> };

const AT = '/podctl-volume';

/**
 * Texts of small files in a volume whose folder this user cannot reach: the engine copies them out of a container that is made for it,
 * never started, and removed. `unread`: what the engine says when it cannot make one.
 */
export async function readVolumeFiles(
  question: VolumeQuestion,
  { connection }: FoundEngine,
  deps: { readonly host: Host; readonly processes?: Processes },
): Promise<VolumeTexts | { readonly unread: string }> {
  const { run } = deps.processes ?? realProcesses(deps.host);
  const ask = (args: readonly string[]) =>
    run({ file: connection.program, args: [...connection.globals, ...args], timeout: 60_000 });
  const mount = `type=volume,source=${question.volume},target=${AT},readonly`;
  const label = `${LABEL.project}=${question.project}`;
  const network = ['--network', 'none', '--pull', 'never'];
  const made = await ask(['create', ...network, '--label', label, '--mount', mount, question.image, 'podctl-reads']);
  const id = made.stdout.trim().split('\n').at(-1) ?? '';
  if (made.exitCode !== 0) return { unread: made.stderr.trim().split('\n').at(-1) ?? 'the engine made no container' };
  try {
    const texts: [string, string | null][] = [];
    for (const path of question.paths) {
      // oxlint-disable-next-line no-await-in-loop -- one container, one copy at a time
      const copied = await ask(['cp', `${id}:${AT}/${path}`, '-']);
      texts.push([path, copied.exitCode === 0 ? firstFile(copied.stdout) : null]);
    }
    return { texts: Object.fromEntries(texts) };
  } finally {
    await ask(['rm', '--force', id]);
  }
}

const BLOCK = 512;

// A tar archive of one small file: its header gives the size in octal digits at 124, its text starts with the next block.
function firstFile(archive: string): string {
  const size = Number.parseInt(archive.slice(124, 136), 8);
  return Number.isNaN(size) ? '' : archive.slice(BLOCK, BLOCK + size);
}
