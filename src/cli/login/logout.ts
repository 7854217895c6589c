import { PodctlError } from '../../core/errors.js';
import { decideLogout } from '../../plan/decide-login.js';
import { carryOut } from '../carry-out.js';
import type { Context } from '../context.js';
import { printPlan } from '../print-plan.js';
import type { Printing } from '../printing.js';
import { type EngineWish, enginesFor, frameOf } from './engines.js';

export type LogoutOptions = Printing & {
  readonly registry: string;
  readonly engines: Omit<EngineWish, 'printed'>;
};

/** `podctl logout`: the engines forget the login; one that has none is left alone. */
export async function runLogout(options: LogoutOptions, context: Context): Promise<number> {
  const { registry } = options;
  const printed = options.dryRun || context.purpose === 'explain';
  const engines = await enginesFor({ ...options.engines, printed }, context);
  const plans = engines.map((found) => ({ found, plan: decideLogout(frameOf(found), registry) }));
  const [first] = plans;
  if (printed && first !== undefined) {
    printPlan({ ...first.plan, steps: plans.flatMap(({ plan }) => plan.steps) }, options, context);
    return 0;
  }
  const room = (await context.rooms.login()).openLoginRoom(context.world);
  const done: { engine: string; forgotten: boolean }[] = [];
  for (const { found, plan } of plans) {
    const engine = found.facts.name;
    // oxlint-disable-next-line no-await-in-loop -- engines may share the file that they write
    const forgotten = (await room.keptAt(registry, engine)) !== null;
    // oxlint-disable-next-line no-await-in-loop -- as above
    if (forgotten) await carryOut(plan, found, context);
    // oxlint-disable-next-line no-await-in-loop -- as above
    if (forgotten && (await room.keptAt(registry, engine))?.kind === 'file') throw stillThere(engine, registry);
    done.push({ engine, forgotten });
  }
  if (options.json) context.output.json({ registry, engines: done });
  else context.output.text(done.map((one) => `${one.engine}: ${wordsOf(one.forgotten, registry)}\n`).join(''));
  return 0;
}

function wordsOf(forgotten: boolean, registry: string): string {
  return forgotten ? `logged out of ${registry}` : `has no login for ${registry}`;
}

function stillThere(engine: string, registry: string): PodctlError {
  return new PodctlError('IO', `${engine} still has a login for \`${registry}\``, {
    hint: 'another of its files has one too: look at REGISTRY_AUTH_FILE, auth.json and ~/.docker/config.json',
  });
}
