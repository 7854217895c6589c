import { PodctlError } from '../../core/errors.js';
import { Secret } from '../../core/secret.js';
import { looksSecret } from '../../core/secret-name.js';
import { randomText } from '../../io/random-text.js';
import { decideStackRun, decideStackWatch } from '../../plan/stack/decide-program.js';
import { stopPatience } from '../../plan/stack/patience.js';
import { fileAsks } from '../../profile/compose/asks.js';
import { OPTION_FEATURES } from '../../spec/stack/features.js';
import type { Context } from '../context.js';
import { terminalOf } from '../terminal.js';
import { finishStack, purposeOf } from './finish.js';
import { labelledFrame } from './labels.js';
import type { StackOptions } from './options.js';
import { refuseAsks, refuseOption } from './refuse.js';
import { checkServices, startedServices } from './services.js';
import { openStackSite } from './site.js';

export type RunServiceOptions = StackOptions & {
  readonly service: string;
  readonly command: readonly string[];
  readonly entrypoint: string | undefined;
  readonly user: string | null;
  readonly workdir: string | null;
  /** `--env`, as typed. */
  readonly env: readonly string[];
  readonly noTty: boolean;
  readonly noDeps: boolean;
};

/** Run a program in a new container of a service; resolves with its exit code. */
export async function runService(options: RunServiceOptions, context: Context): Promise<number> {
  const purpose = purposeOf(options, context);
  const site = await openStackSite({ ...options, purpose, starts: [options.service] }, context);
  refuseOption(OPTION_FEATURES.runCode, site.provider);
  const model = await site.model();
  const { service, command, user, workdir, noDeps } = options;
  checkServices([service], model, site);
  const named = noDeps ? [] : [service];
  refuseAsks(fileAsks(site.sources), site.provider, startedServices(model, { named, profiles: site.profiles }));
  const { stdin, stdout } = terminalOf(context.world);
  const plan = decideStackRun(await labelledFrame(site, context), {
    service,
    command,
    user,
    workdir,
    noDeps,
    patience: stopPatience(model, [service]),
    name: `${site.name}-${service}-run-${randomText({ kind: 'hex', count: 6 })}`,
    entrypoint: options.entrypoint ?? null,
    tty: stdin && stdout && !options.noTty,
    ...readEnv(options.env),
  });
  const ended = await finishStack(plan, { site, options }, context);
  return ended?.exitCode ?? 0;
}

// What may be a password goes through the environment, not by the command line.
function readEnv(words: readonly string[]): {
  readonly env: readonly string[];
  readonly values: Readonly<Record<string, Secret>>;
} {
  const read = words.map((word) => {
    const at = word.indexOf('=');
    const name = at === -1 ? word : word.slice(0, at);
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      throw new PodctlError('USAGE', `\`--env ${name}\` names no variable`, {
        hint: 'write NAME=VALUE, or NAME alone',
      });
    }
    return at !== -1 && looksSecret(name)
      ? { word: name, name, secret: new Secret(word.slice(at + 1)) }
      : { word, name };
  });
  const values = read.flatMap(({ name, secret }) => (secret === undefined ? [] : [[name, secret] as const]));
  return { env: read.map(({ word }) => word), values: Object.fromEntries(values) };
}

/** Carry changes of the sources into the services, where the provider can. */
export async function runWatch(
  options: StackOptions & { readonly services: readonly string[] },
  context: Context,
): Promise<number> {
  const purpose = purposeOf(options, context);
  const site = await openStackSite({ ...options, purpose, starts: options.services }, context);
  refuseOption(OPTION_FEATURES.watch, site.provider);
  const model = await site.model();
  checkServices(options.services, model, site);
  const plan = decideStackWatch(await labelledFrame(site, context), options.services);
  const ended = await finishStack(plan, { site, options }, context);
  return ended?.exitCode ?? 0;
}
