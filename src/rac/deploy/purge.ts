import { RAC_LABEL } from './box.js';
import type { Calls } from './calls.js';
import type { Firewall } from './firewall.js';
import type { Images } from './images.js';
import type { Records } from './records.js';
import type { Units } from './units.js';

export type PurgeDeps = {
  readonly calls: Calls;
  readonly records: Records;
  readonly units: Units;
  readonly images: Images;
  readonly firewall: Firewall | null;
  readonly instance: string;
};

/** Take everything of this instance off the engine, and its rules off the firewall. */
export async function purge({ calls, records, units, images, firewall, instance }: PurgeDeps): Promise<void> {
  await units.settled();
  const all = await calls.list();
  // A holder goes after what stands beside it.
  for (const role of ['app', 'holder']) {
    for (const { id, labels } of all) if (labels[RAC_LABEL.role] === role) await calls.removeContainer(id);
  }
  for (const network of await calls.networks())
    if (network.startsWith(`rac-${instance}-`)) await calls.removeNetwork(network);
  for (const volume of await calls.volumes())
    if (volume.startsWith(`rac-${instance}-`)) await calls.removeVolume(volume);
  for (const { name } of records.names()) {
    for (const { digest } of records.releases(name)) await images.remove(name, digest);
  }
  await firewall?.remove();
}
