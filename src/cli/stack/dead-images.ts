import type { ComposeModel } from '../../profile/compose/model.js';
import type { Context } from '../context.js';
import { imagesOfBuild, tellDeadImages } from '../dead-images.js';
import type { StackSite } from './site.js';

/** The same for a stack's services, before it pulls, builds or starts them. */
export async function tellDeadInStack(
  { found, loaded }: Pick<StackSite, 'found' | 'loaded'>,
  services: readonly ComposeModel['services'][string][],
  context: Context,
): Promise<void> {
  const refs = await Promise.all(
    services.map(async ({ image, build }) =>
      build === null
        ? image === null
          ? []
          : [image]
        : imagesOfBuild({ folder: build.context, file: build.dockerfile }, context),
    ),
  );
  const { makeObserver } = await context.rooms.observe();
  const observer = makeObserver(found, { host: context.world.host });
  await tellDeadImages({ refs: refs.flat(), dead: loaded?.profile.dead_images, observer }, context);
}
