import { PodctlError } from '../core/errors.js';
import type { OwnershipQuestion } from './ownership-question.js';
import { type Identity, leftToEngine, mayMap, numericUser, writesToHost } from './ownership-user.js';

/**
 * For an image that begins as root and changes to `runsAs` by itself: `--user` would take away the root that this needs, so only
 * the namespace can be chosen. Throws PodctlError('UNAVAILABLE') where written files could not belong to the host user.
 */
export function runsAsIdentity(question: OwnershipQuestion, runsAs: string): Identity {
  const fixed = numericUser(runsAs);
  const uid = fixed?.uid ?? 0;
  const inside = hostUserInside(question);
  if (uid === inside && !question.engine.usernsRemap) return leftToEngine(question, 'ownership-runs-as-same');
  if (fixed !== null && mayMap(question)) {
    return {
      user: '0:0',
      userns: `keep-id:uid=${fixed.uid},gid=${fixed.gid}`,
      decisions: [
        { at: 'userns', rule: 'ownership-keep-id-image-user' },
        { at: 'user', rule: 'ownership-runs-as-root-first' },
      ],
    };
  }
  if (!writesToHost(question)) return leftToEngine(question, 'ownership-runs-as-nothing');
  // One that is built here gets the host user's numbers; that shows only once it is there.
  if (!question.seen) return leftToEngine(question, 'ownership-runs-as-unseen');
  throw foreign(question, uid, inside);
}

// The number that the host user has in the container without a mapping of podctl's.
function hostUserInside({ engine, host, userns }: OwnershipQuestion): number | null {
  return engine.rootless && userns !== 'host' ? 0 : host.uid;
}

function foreign({ engine, host }: OwnershipQuestion, uid: number, inside: number | null): PodctlError {
  const message = `the image's program runs as user ${uid}, so with ${engine.name} its files would not belong to you (user ${host.uid})`;
  if (engine.usernsRemap) {
    return new PodctlError('UNAVAILABLE', message, {
      hint: `${engine.name} remaps users (userns-remap): write userns = "host" in [container] to leave that for this container`,
    });
  }
  return new PodctlError('UNAVAILABLE', message, {
    hint: `build the image for user ${inside} (podctl build passes your ids where the profile says uid_arg), or take user = "host" out`,
  });
}
