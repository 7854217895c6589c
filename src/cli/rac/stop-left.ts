import type { RacSettings } from '../../rac/settings.js';
import type { Context } from '../context.js';

/** Stop what a service that has ended left running: its registry and its applications. `purge`: they go. */
export async function stopLeft(settings: RacSettings, how: 'down' | 'purge', { world, rooms }: Context): Promise<void> {
  const [{ stopParts }, { makeLog }] = await Promise.all([rooms.racRemoval(), import('../../rac/log.js')]);
  const log = makeLog((line) => world.streams.print('stderr', line), world.clock.now);
  await stopParts(settings, how, { ...world, log });
}
