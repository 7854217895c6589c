import type { ImageFacts } from '../../spec/facts.js';
import type { ContainerSpec } from '../../spec/spec.js';
import type { Context } from '../context.js';
import { flavourOf } from '../project.js';
import { hostPathOf } from './host-path.js';

/** What ran, and what its image says of itself. */
export type Ran = { readonly spec: ContainerSpec; readonly image: ImageFacts | null };

// What engines give a program that could not be started; runc 1.1 gives 1 where the kernel refused it.
const NOT_STARTED: ReadonlySet<number> = new Set([1, 126, 127, 255]);
const SEGFAULT = 139;

/** After an attached run, one line on why it failed, where that is sure; the exit code stays as it is. */
export async function tellWhyEnded(exitCode: number, ran: Ran, context: Context): Promise<void> {
  if (exitCode === SEGFAULT) {
    context.output.note('hint: exit code 139 says that the program crashed (SIGSEGV); its own words are above');
  }
  if (!NOT_STARTED.has(exitCode)) return;
  const program = programOf(ran);
  const path = hostPathOf(program, ran.spec.mounts, flavourOf(context.world.host));
  const wrong = path === null ? null : await scriptProblem(path, exitCode, context);
  if (wrong !== null) context.output.note(`hint: \`${program}\` is ${path} of this machine, ${wrong}`);
}

// The first word that the kernel is given.
function programOf({ spec, image }: Ran): string {
  const entrypoint = spec.entrypoint ?? image?.entrypoint ?? [];
  return [...entrypoint, ...spec.args, ...(image?.cmd ?? [])][0] ?? '';
}

// The file is not in the image, so nothing but it decides whether it starts.
async function scriptProblem(path: string, exitCode: number, { world }: Context): Promise<string | null> {
  const stat = await world.files.stat(path).catch(() => null);
  if (stat?.kind !== 'file') return null;
  if (exitCode === 126 && (stat.mode & 0o111) === 0) return `which may not be executed: chmod +x ${path}`;
  const head = await world.files.readHead(path, 256).catch(() => null);
  const [line = ''] = Buffer.from(head ?? [])
    .toString('latin1')
    .split('\n');
  if (!line.startsWith('#!') || !line.endsWith('\r')) return null;
  return `with Windows line ends (CRLF), so its interpreter is not found: sed -i "s/\\r$//" ${path}`;
}
