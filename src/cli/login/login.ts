import { PodctlError } from '../../core/errors.js';
import type { FoundEngine } from '../../engine/engine.js';
import type { LoginRoom } from '../../engine/login/room.js';
import type { Login } from '../../engine/registry-login.js';
import { decideLogin } from '../../plan/decide-login.js';
import { carryOut } from '../carry-out.js';
import type { Context } from '../context.js';
import { printPlan } from '../print-plan.js';
import type { Printing } from '../printing.js';
import { type EngineWish, enginesFor, frameOf } from './engines.js';
import { type PasswordSource, readPassword } from './password.js';
import type { NamedRegistry } from './registry-name.js';
import { documentOf, type EngineLogin, sentenceOf } from './report.js';

export type LoginOptions = NamedRegistry &
  Printing & {
    /** undefined: the login that is kept already is taken. */
    readonly user: string | undefined;
    readonly password: PasswordSource;
    readonly plainHttp: boolean;
    readonly engines: Omit<EngineWish, 'printed'>;
  };

/** `podctl login`: try the login at the registry first, then hand it to the engines by stdin. */
export async function runLogin(options: LoginOptions, context: Context): Promise<number> {
  const printed = options.dryRun || context.purpose === 'explain';
  const engines = await enginesFor({ ...options.engines, printed }, context);
  if (printed) return printLogins(engines, options, context);
  const room = (await context.rooms.login()).openLoginRoom(context.world);
  const login = await loginFor(options, room, context);
  if (login === null) {
    context.output.note('given up; nobody is logged in');
    return 130;
  }
  await tryFirst(login, options, { room, context });
  const done: EngineLogin[] = [];
  for (const found of engines) {
    const plan = decideLogin(frameOf(found), { ...requestOf(options, login.name), password: login.password });
    // oxlint-disable-next-line no-await-in-loop -- engines may share the file that they write
    await carryOut(plan, found, context);
    // oxlint-disable-next-line no-await-in-loop -- as above
    done.push({ engine: found.facts.name, kept: await room.keptAt(options.registry, found.facts.name) });
  }
  report(login.name, done, { options, context });
  return 0;
}

function printLogins(engines: readonly FoundEngine[], options: LoginOptions, context: Context): number {
  const user = options.user ?? 'USER';
  const [first, ...more] = engines.map((found) =>
    decideLogin(frameOf(found), { ...requestOf(options, user), password: null }),
  );
  if (first === undefined) return 0;
  printPlan({ ...first, steps: [...first.steps, ...more.flatMap(({ steps }) => steps)] }, options, context);
  return 0;
}

function requestOf({ registry, plainHttp }: LoginOptions, user: string) {
  return { registry, user, plainHttp };
}

// Without a user the login is meant that some engine or helper has, for instance to hand it to another engine.
async function loginFor(options: LoginOptions, room: LoginRoom, context: Context): Promise<Login | null> {
  const { user, registry } = options;
  if (user !== undefined) {
    const password = await readPassword(options.password, `password of ${user} at ${registry}`, context);
    return password === null ? null : { name: user, password };
  }
  const kept = await room.kept(registry);
  if (kept === null) {
    throw new PodctlError('USAGE', `no login for \`${registry}\` is kept here yet`, { hint: 'say who: -u USER' });
  }
  context.output.note(`note: the login of ${kept.name} that is kept here already`);
  return kept;
}

type Trying = { readonly room: LoginRoom; readonly context: Context };

async function tryFirst(login: Login, options: LoginOptions, { room, context }: Trying): Promise<void> {
  const { registry, repository, plainHttp } = options;
  const tried = await room.tryLogin({ registry, repository, plainHttp, login });
  if (tried.kind === 'open') context.output.note(`note: ${registry} asks for no login`);
  if (tried.kind !== 'silent') return;
  if (!behindProxy(context)) throw tried.error;
  context.output.note(`note: ${tried.error.message}; the engine, which may use the proxy, tries it by itself`);
}

// podctl itself uses no proxy.
function behindProxy({ world }: Context): boolean {
  return ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'].some((name) => (world.host.env[name] ?? '') !== '');
}

type Told = { readonly options: LoginOptions; readonly context: Context };

function report(user: string, done: readonly EngineLogin[], { options, context }: Told): void {
  const { registry } = options;
  if (options.json) context.output.json({ registry, user, engines: done.map(documentOf) });
  else
    context.output.text(`${user} is logged in to ${registry}\n${done.map((one) => `  ${sentenceOf(one)}\n`).join('')}`);
  const plain = done.some(({ kept }) => kept?.kind === 'file');
  if (plain) context.output.note('hint: a credential helper keeps it out of plain files: see docs/registries.md');
}
