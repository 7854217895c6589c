import { asObject } from '../../engine/json.js';
import type { RacWork } from './action.js';
import { openClient } from './client.js';
import { racHome } from './home.js';
import { hostHeaders } from './host-proof.js';
import { unknownVerb } from './unknown-verb.js';

/** `podctl rac keys rotate [authority]`: a new key that signs the registry's tokens; no push under way breaks. */
export const racKeys: RacWork = async ({ words, flags }, context) => {
  const [verb = '', what] = words;
  if (verb !== 'rotate' || (what !== undefined && what !== 'authority')) {
    throw unknownVerb('keys', words.join(' '), {
      verbs: ['rotate', 'rotate authority'],
      usage: 'podctl rac keys rotate, or podctl rac keys rotate authority for keys that have leaked',
    });
  }
  const client = await openClient(flags, context);
  const headers = await hostHeaders(racHome(flags, context.world), context.world.files);
  const path = `/own/keys/rotate${what === undefined ? '' : '?authority=1'}`;
  const { restarted, notAfter } = asObject(await client.call({ method: 'POST', path, headers }));
  const until = new Date(Number(notAfter)).toISOString();
  if (flags.json === true) context.output.json({ rotated: what ?? 'signer', restarted: restarted === true, until });
  else {
    const end = `it is renewed by itself before ${until.slice(0, 10)}`;
    context.output.note(
      restarted === true ? `new authority and key; the registry was started again; ${end}` : `new key; ${end}`,
    );
  }
  return 0;
};
