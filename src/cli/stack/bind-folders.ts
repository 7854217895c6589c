import { PodctlError } from '../../core/errors.js';
import { formatProject } from '../../core/project.js';
import { escapeControl } from '../../core/text.js';
import { type BindFacts, type BindPlan, planBindFolders } from '../../plan/stack/bind-folders.js';
import type { ComposeModel, ComposeService } from '../../spec/stack/model.js';
import { subIdsOf } from '../clean/look.js';
import type { Context } from '../context.js';
import { hostFacts } from '../run/identity.js';
import type { StackSite } from './site.js';

/** The steps that make the folders which services mount, and a warning for each that its service could not write to. */
export async function bindFolders(
  {
    site,
    model,
    started,
  }: { readonly site: StackSite; readonly model: ComposeModel; readonly started: ReadonlySet<string> },
  context: Context,
): Promise<BindPlan['steps']> {
  const services = Object.values(model.services)
    .filter(({ name }) => started.has(name))
    // What is built has compose's own name for it.
    .map((service) => ({ ...service, image: service.image ?? `${site.name}-${service.name}` }));
  const folders = await lookAtBinds(services, context);
  const { world } = context;
  if (Object.keys(folders).length === 0) return [];
  const [users, groups] = site.found.facts.rootless
    ? await subIdsOf(world)
    : [{ own: 0, ranges: [] } as const, { own: 0, ranges: [] } as const];
  const { steps, warnings } = planBindFolders({
    ...site.frame,
    services,
    folders,
    imageUsers: await usersOfImages(services, site, context),
    host: hostFacts(world.host),
    subIds: { users, groups },
    project: formatProject(site.project.id),
  });
  for (const { message, hint } of warnings) {
    context.output.note(escapeControl(`warning: ${message}`));
    context.output.note(escapeControl(`hint: ${hint}`));
  }
  return steps;
}

async function lookAtBinds(
  services: readonly ComposeService[],
  { world }: Context,
): Promise<Readonly<Record<string, BindFacts>>> {
  const sources = services.flatMap(({ mounts }) =>
    mounts.flatMap(({ type, source }) => (type === 'bind' && source !== null ? [source] : [])),
  );
  const found: [string, BindFacts][] = [];
  for (const source of new Set(sources)) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- calls that do not wait
      const stat = await world.files.stat(source);
      const kind = stat?.kind === 'directory' ? 'directory' : 'other';
      found.push([source, stat === null ? null : { kind, uid: stat.uid, gid: stat.gid, mode: stat.mode }]);
    } catch (error) {
      // What this user may not look at is left to the engine.
      if (!(error instanceof PodctlError)) throw error;
    }
  }
  return Object.fromEntries(found);
}

async function usersOfImages(
  services: readonly ComposeService[],
  { found }: StackSite,
  { world, rooms }: Context,
): Promise<Readonly<Record<string, string>>> {
  if (found.facts.assumed) return {};
  const { makeObserver } = await rooms.observe();
  const observer = makeObserver(found, { host: world.host });
  const mounting = services.filter(({ mounts }) => mounts.some(({ type }) => type === 'bind'));
  const images = [...new Set(mounting.flatMap(({ image }) => (image === null ? [] : [image])))];
  const asked = images.map(async (image) => [image, await observer.image(image)] as const);
  return Object.fromEntries(
    (await Promise.all(asked)).flatMap(([image, facts]) => (facts === null ? [] : [[image, facts.user] as const])),
  );
}
