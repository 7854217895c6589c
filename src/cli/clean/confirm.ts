import { PodctlError } from '../../core/errors.js';
import { formatProject } from '../../core/project.js';
import type { Context } from '../context.js';
import type { Project } from '../project.js';
import { terminalOf } from '../terminal.js';

/** Have the project's name typed, or take it from `--confirm`. Throws REFUSED unless it is the name. */
export async function confirmName(project: Project, given: string | null, { world }: Context): Promise<void> {
  const names = [project.id.name, formatProject(project.id)];
  if (given !== null) {
    if (names.includes(given)) return;
    throw refused(`\`${given}\` is not the name of this project`, project);
  }
  const terminal = terminalOf(world);
  if (!terminal.stdin || !world.streams.isTerminal('stderr'))
    throw refused('this empties data, and nobody can be asked', project);
  const { askAll } = await import('../ui/questions.js');
  const answers = await askAll(
    {
      name: {
        message: `type the project's name, ${project.id.name}, to empty this`,
        secret: false,
        example: undefined,
        wrong: (answer) =>
          names.includes(answer) ? null : `that is not ${project.id.name}; Ctrl-C leaves everything as it is`,
      },
    },
    world.streams,
  );
  if (!names.includes(answers?.['name'] ?? '')) throw refused('nothing was changed: the name was not typed', project);
}

/** Have a yes typed, or take `--yes` for it. */
export async function confirmYes(message: string, yes: boolean, { world }: Context): Promise<void> {
  if (yes) return;
  if (!terminalOf(world).stdin || !world.streams.isTerminal('stderr')) {
    throw new PodctlError('REFUSED', 'nobody can be asked, so nothing was changed', { hint: 'say --yes' });
  }
  const { askAll } = await import('../ui/questions.js');
  const question = { message: `${message} (yes or no)`, secret: false, example: 'no', wrong: notYesOrNo };
  const answers = await askAll({ answer: question }, world.streams);
  if (/^y(es)?$/i.test(answers?.['answer'] ?? '')) return;
  throw new PodctlError('REFUSED', 'nothing was changed', { hint: 'answer yes to go on' });
}

function notYesOrNo(answer: string): string | null {
  return /^(y|yes|n|no)$/i.test(answer) ? null : 'yes or no?';
}

function refused(message: string, { id }: Project): PodctlError {
  return new PodctlError('REFUSED', message, { hint: `in scripts: --confirm ${id.name}` });
}
