import type { Files } from '../../io/files.js';
import type { Host } from '../../io/host.js';
import { variable } from '../candidate.js';
import type { FoundEngine } from '../engine.js';

// By any of these a podman program may keep its things elsewhere than the service beside it.
const MOVES = [
  'CONTAINERS_STORAGE_CONF',
  'CONTAINERS_CONF_OVERRIDE',
  'STORAGE_DRIVER',
  'STORAGE_OPTS',
  'XDG_DATA_HOME',
  'XDG_CONFIG_HOME',
];
const MOVING_KEY =
  /^\s*(?:static_dir|tmp_dir|volume_path|network_config_dir|namespace|remote|active_service|database_backend)\s*=/m;

/**
 * Whether what an engine answers at its address is what its program would say. Podman is no daemon: the settings of this very process
 * may have it work elsewhere than the service that answers. When in doubt, no.
 */
export async function isSameThere(
  { facts, connection }: FoundEngine,
  { host, files }: { readonly host: Host; readonly files: Files },
): Promise<boolean> {
  if (facts.name === 'docker' || connection.globals.length > 0 || host.platform !== 'linux') return true;
  // Then the program asks there, too.
  if (['CONTAINER_HOST', 'CONTAINER_CONNECTION'].some((name) => variable(host, name) !== null)) return true;
  if (MOVES.some((name) => variable(host, name) !== null)) return false;
  const settings = variable(host, 'CONTAINERS_CONF');
  if (settings === null) return true;
  const text = await files.readText(settings).catch(() => null);
  return text !== null && !MOVING_KEY.test(text);
}
