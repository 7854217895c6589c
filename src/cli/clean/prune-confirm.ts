import { PodctlError } from '../../core/errors.js';
import type { FoundEngine } from '../../engine/engine.js';
import { type PruneSum, sumWords } from '../../plan/clean/prune-words.js';
import type { Context } from '../context.js';
import type { PruneOptions } from './prune-listed.js';

type About = { readonly sum: PruneSum; readonly found: FoundEngine };

/** Have a yes said; for the whole engine also its name, which `--yes` alone does not stand for. */
export async function confirmPrune({ sum, found }: About, options: PruneOptions, context: Context): Promise<void> {
  const engine = found.facts.name;
  if (!options.yes)
    await ask('go', { message: `remove this and free ${sumWords(sum)}? (yes or no)`, wanted: 'yes' }, context);
  if (!options.all) return;
  if (options.confirm === engine) return;
  if (options.confirm !== null) {
    throw new PodctlError('REFUSED', `\`${options.confirm}\` is not the engine's name`, {
      hint: `--confirm ${engine}`,
    });
  }
  const message = `this is of every project on this engine: type its name, ${engine}`;
  await ask('engine', { message, wanted: engine }, context);
}

type Asking = { readonly message: string; readonly wanted: string };

async function ask(what: 'go' | 'engine', { message, wanted }: Asking, { world }: Context): Promise<void> {
  const { streams } = world;
  if (!streams.isTerminal('stdin') || !streams.isTerminal('stderr')) {
    throw new PodctlError('REFUSED', 'nobody can be asked, so nothing was removed', {
      hint: what === 'go' ? 'say --yes' : `--all also wants --confirm ${wanted}`,
    });
  }
  const { askAll } = await import('../ui/questions.js');
  const question = { message, secret: false, example: undefined, wrong: () => null };
  const answers = await askAll({ answer: question }, streams);
  const answer = (answers?.['answer'] ?? '').trim().toLowerCase();
  if (answer === wanted || (wanted === 'yes' && answer === 'y')) return;
  throw new PodctlError('REFUSED', 'nothing was removed', { hint: `type ${wanted} to go on` });
}
