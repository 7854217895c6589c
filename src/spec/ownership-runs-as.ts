import { PodctlError } from '../core/errors.js';
import type { OwnershipQuestion } from './ownership-question.js';
import { type Identity, knowsMapping, numericUser } from './ownership-user.js';
import type { RuleId } from './rules.js';

/**
 * For an image that begins as root and changes to `runsAs` by itself: `--user` would take away the root that this needs, so only
 * the namespace can be chosen. Throws PodctlError('UNAVAILABLE') where written files could not belong to the host user.
 */
export function runsAsIdentity(question: OwnershipQuestion, runsAs: string): Identity {
  const { engine, host, userns } = question;
  const fixed = numericUser(runsAs);
  const uid = fixed?.uid ?? 0;
  const inside = engine.rootless && userns !== 'host' ? 0 : host.uid;
  if (uid === inside && !engine.usernsRemap) return keep(question, 'ownership-runs-as-same');
  const maps = engine.name === 'podman' && engine.rootless && userns === null && host.uid !== 0;
  if (maps && fixed !== null && knowsMapping(engine)) {
    return {
      user: '0:0',
      userns: `keep-id:uid=${fixed.uid},gid=${fixed.gid}`,
      decisions: [
        { at: 'userns', rule: 'ownership-keep-id-image-user' },
        { at: 'user', rule: 'ownership-runs-as-root-first' },
      ],
    };
  }
  if (!question.mounts.some((mount) => mount.type === 'bind' && !mount.readOnly)) {
    return keep(question, 'ownership-runs-as-nothing');
  }
  // One that is built here gets the host user's numbers; that shows only once it is there.
  if (!question.seen) return keep(question, 'ownership-runs-as-unseen');
  throw foreign(question, uid, inside);
}

function keep({ userns }: OwnershipQuestion, rule: RuleId): Identity {
  return { user: null, userns, decisions: [{ at: 'user', rule }] };
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
