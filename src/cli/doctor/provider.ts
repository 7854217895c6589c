import { PodctlError, type Problem } from '../../core/errors.js';
import { type Finding, note } from '../../plan/doctor/finding.js';
import { judgeProvider } from '../../plan/doctor/provider.js';
import { fileAsks } from '../../profile/compose/asks.js';
import type { ProviderFacts } from '../../spec/stack/provider.js';
import type { StackPlace } from '../stack/place.js';
import { chooseProvider, describeProvider } from '../stack/provider-choice.js';
import { refuseAsks } from '../stack/refuse.js';
import type { Desk } from './desk.js';
import { readStackSources } from './stack-wants.js';

/** The program that would run the project's compose files, and what of them it cannot take. */
export async function lookAtProvider(desk: Desk): Promise<readonly Finding[]> {
  const { found, stack, options, project, context } = desk;
  if (found === null) return [note('no engine answers, so this was not looked at')];
  const view = { stack: stack !== null, engine: found.facts.name };
  const wish = {
    found,
    project: project.id,
    flag: options.provider,
    ofProfile: stack?.loaded?.profile.stack?.provider,
    acts: false,
    asked: true,
  } as const;
  try {
    const provider = await chooseProvider(wish, context);
    const refused = stack === null ? [] : await refusedBy(provider, stack, desk);
    return judgeProvider({ ...view, provider: describeProvider(provider), tried: [], refused });
  } catch (error) {
    if (!(error instanceof PodctlError) || error.code !== 'UNAVAILABLE') throw error;
    const tried = error.problems.map(({ message }) => message);
    return judgeProvider({ ...view, provider: null, tried: tried.length === 0 ? [error.message] : tried, refused: [] });
  }
}

async function refusedBy(provider: ProviderFacts, stack: StackPlace, { context }: Desk): Promise<readonly Problem[]> {
  try {
    const asks = fileAsks(await readStackSources(stack, context));
    refuseAsks(asks, provider, new Set(asks.flatMap(({ service }) => service ?? [])));
    return [];
  } catch (error) {
    // A file that cannot be read is told with the project.
    if (error instanceof PodctlError) return error.code === 'UNAVAILABLE' ? error.problems : [];
    throw error;
  }
}
