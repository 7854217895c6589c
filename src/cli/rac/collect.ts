import { asObject } from '../../engine/json.js';
import type { RacWork } from './action.js';
import { openClient } from './client.js';
import { racHome } from './home.js';
import { hostHeaders } from './host-proof.js';

/** `podctl rac collect`: the registry stops for a moment; who begins a push meanwhile waits. */
export const racCollect: RacWork = async ({ flags }, context) => {
  const client = await openClient(flags, context);
  const headers = await hostHeaders(racHome(flags, context.world), context.world.files);
  const { gone } = asObject(await client.call({ method: 'POST', path: '/own/collect', headers }));
  if (flags.json === true) context.output.json({ gone });
  else context.output.note(`${String(gone)} layers and manifests were removed`);
  return 0;
};
