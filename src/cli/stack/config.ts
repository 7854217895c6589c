import { Secret } from '../../core/secret.js';
import { composeStep, stackPlan } from '../../plan/stack/compose-step.js';
import { OPTION_FEATURES } from '../../spec/stack/features.js';
import type { Context } from '../context.js';
import { finishStack, purposeOf } from './finish.js';
import type { StackOptions } from './options.js';
import { refuseOption } from './refuse.js';
import { openStackSite, type StackSite } from './site.js';

/** Print the compose files as the provider reads them, secrets taken out; with --json what podctl reads of them. */
export async function runConfig(options: StackOptions, context: Context): Promise<number> {
  const { output, rooms, world } = context;
  const shown = purposeOf(options, context) === 'plan';
  const site = await openStackSite({ ...options, purpose: shown ? 'plan' : 'look' }, context);
  if (options.json && !shown) {
    const { name, provider, stack, profiles, envFiles } = site;
    const { name: program, version } = provider;
    const { directory, files } = stack;
    const model = await site.model();
    output.json({ name, provider: { name: program, version }, directory, files, envFiles, profiles, ...model });
    return 0;
  }
  refuseOption(OPTION_FEATURES.config, site.provider);
  if (shown) {
    const step = composeStep(
      site.frame,
      { verb: 'config', json: false, services: [] },
      { output: 'result', why: 'read the files' },
    );
    await finishStack(stackPlan(site.frame, [step]), { site, options }, context);
    return 0;
  }
  const { readStackConfig } = await rooms.stackConfig();
  const { environment, way, provider } = site.frame;
  const text = await readStackConfig({ way: { ...way, provider }, environment, host: world.host, json: false });
  output.text(`${withoutSecrets(text, environment)}\n`);
  return 0;
}

// Shorter ones would match everywhere.
const SHORTEST = 4;

function withoutSecrets(text: string, environment: StackSite['frame']['environment']): string {
  const secrets = Object.values(environment).flatMap((value) => (value instanceof Secret ? [value.reveal()] : []));
  return secrets
    .filter((secret) => secret.length >= SHORTEST)
    .toSorted((a, b) => b.length - a.length)
    .reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text);
}
