import { formatProject } from '../../core/project.js';
import type { Context } from '../context.js';
import type { Project } from '../project.js';
import { confirmTyped } from '../ui/confirm.js';

/** Have the project's name typed, or take it from `--confirm`. Throws REFUSED unless it is the name. */
export async function confirmName({ id }: Project, given: string | null, { world }: Context): Promise<void> {
  const names = [id.name, formatProject(id)] as const;
  await confirmTyped(
    { names, given, called: "the project's name", about: 'this empties data', to: 'empty this' },
    world,
  );
}
