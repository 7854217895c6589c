import { PodctlError } from '../../core/errors.js';
import { DEFAULT_PORTS, type RacSettings } from '../../rac/settings.js';
import { defaultSettings } from '../../rac/settings-kept.js';
import type { Context } from '../context.js';
import type { Flags } from '../parser.js';
import { choosePort } from './ports.js';

/** Settings of the last `up` with this one's flags over them; ports are chosen at the first. Throws PodctlError('USAGE'). */
export async function decideSettings(
  flags: Flags,
  kept: RacSettings | null,
  { home, context: { world, rooms } }: { readonly home: string; readonly context: Context },
): Promise<RacSettings> {
  const base = kept ?? defaultSettings(home);
  const { portState } = await rooms.ports();
  const ask = (endpoint: { address: string; port: number }) =>
    portState(endpoint, { platform: world.host.platform, files: world.files });
  const proxyAddress = flags.listen ?? base.proxyAddress;
  const port = async (part: 'api' | 'registry' | 'proxy', taken: readonly number[]): Promise<number> =>
    choosePort(
      {
        what: WHAT[part],
        flag: `--${part}-port`,
        address: part === 'proxy' ? proxyAddress : '127.0.0.1',
        asked: portOf(flags[`${part}Port`], `--${part}-port`),
        kept: kept === null ? null : kept[`${part}Port`],
        first: DEFAULT_PORTS[part],
      },
      taken,
      ask,
    );
  const apiPort = await port('api', []);
  const registryPort = await port('registry', [apiPort]);
  const proxyPort = await port('proxy', [apiPort, registryPort]);
  return {
    ...base,
    apiPort,
    registryPort,
    proxyPort,
    proxyAddress,
    engine: engineOf(flags, base),
    registry: flags.registry ?? base.registry,
    domain: flags.domain ?? base.domain,
    trustPushers: flags.trustPushers ?? base.trustPushers,
  };
}

// `docker unix:///var/run/docker.sock` is still docker.
function engineOf({ engine }: Flags, base: RacSettings): string | null {
  return engine === undefined || base.engine?.split(' ')[0] === engine ? base.engine : engine;
}

const WHAT = { api: "RAC's API", registry: 'the registry', proxy: 'the applications' } as const;

function portOf(text: string | undefined, flag: string): number | null {
  if (text === undefined) return null;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw new PodctlError('USAGE', `\`${flag} ${text}\` is not a port`, { hint: 'write a number from 1 to 65535' });
}
