import { resolvePath } from '../../core/path.js';
import type { LabelledFrame } from '../../plan/stack/compose-step.js';
import { textIn } from '../../profile/compose/plain.js';
import { renderComposeLabels } from '../../render/compose-labels.js';
import type { Context } from '../context.js';
import { flavourOf } from '../project.js';
import { projectStateDir } from '../state.js';
import type { StackSite } from './site.js';

/** The frame for verbs that make something: with the file that puts podctl's labels on all of it. */
export async function labelledFrame(site: StackSite, { world }: Context): Promise<LabelledFrame> {
  // Only this one still compares the versions of the files.
  const version = site.provider.kind === 'compose-v1' ? textIn(site.sources[0]?.data['version']) : null;
  const content = renderComposeLabels({ model: await site.model(), version, labels: site.labels });
  const folder = projectStateDir(world.host, site.project.id);
  const path = resolvePath(folder, `labels-${site.name}.json`, flavourOf(world.host));
  const write = (await world.files.readText(path)) !== content;
  return {
    ...site.frame,
    over: [{ path, content, write, why: "podctl's labels, as a file over the project's own" }],
  };
}
