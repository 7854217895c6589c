import { parseDuration } from '../../core/duration.js';
import { PodctlError } from '../../core/errors.js';
import { resolvePath } from '../../core/path.js';
import { addressFamily, readRange } from '../../io/net-address.js';
import { DEFAULT_PORTS, type RacSettings } from '../../rac/settings.js';
import { defaultSettings } from '../../rac/settings-kept.js';
import type { Context } from '../context.js';
import type { Flags } from '../parser.js';
import { flavourOf } from '../project.js';
import { limitsOf } from './limits.js';
import { choosePort } from './ports.js';
import { storageOf } from './storage-settings.js';
import { usage } from './usage.js';

type Where = { readonly home: string; readonly context: Context };

/** Settings of the last `up` with this one's flags over them; ports are chosen at the first. Throws PodctlError('USAGE'). */
export async function decideSettings(flags: Flags, kept: RacSettings | null, where: Where): Promise<RacSettings> {
  const base = kept ?? defaultSettings(where.home);
  const settings: RacSettings = {
    ...base,
    proxyAddress: flags.listen === undefined ? base.proxyAddress : address(flags.listen),
    engine: engineOf(flags, base),
    registry: flags.registry ?? base.registry,
    domain: flags.domain === undefined ? base.domain : domainOf(flags.domain),
    tls: await tlsOf(flags, base, where.context),
    trustedProxies: flags.trustedProxy === undefined ? base.trustedProxies : flags.trustedProxy.map(cidr),
    publicUrl: flags.publicUrl === undefined ? base.publicUrl : publicUrl(flags.publicUrl),
    registryHost: flags.registryHost === undefined ? base.registryHost : registryHost(flags.registryHost),
    storage: storageOf(flags, base.storage, where.context.world.host.env),
    anonymousTtl: flags.anonymousTtl === undefined ? base.anonymousTtl : ttl(flags.anonymousTtl),
    trustPushers: flags.trustPushers ?? base.trustPushers,
    limits: limitsOf(flags.limit ?? [], base.limits),
  };
  return { ...settings, ...(await portsOf(flags, { kept, settings }, where.context)) };
}

type Ports = Pick<RacSettings, 'apiPort' | 'registryPort' | 'proxyPort'>;

async function portsOf(
  flags: Flags,
  { kept, settings }: { readonly kept: RacSettings | null; readonly settings: RacSettings },
  { world, rooms }: Context,
): Promise<Ports> {
  const { portState } = await rooms.ports();
  const question = { platform: world.host.platform, files: world.files };
  const port = (part: 'api' | 'registry' | 'proxy', taken: readonly number[]): Promise<number> =>
    choosePort(
      {
        what: WHAT[part],
        flag: `--${part}-port`,
        address: part === 'proxy' ? settings.proxyAddress : '127.0.0.1',
        asked: portOf(flags[`${part}Port`], `--${part}-port`),
        kept: kept === null ? null : kept[`${part}Port`],
        first: DEFAULT_PORTS[part],
      },
      taken,
      (endpoint) => portState(endpoint, question),
    );
  const apiPort = await port('api', []);
  const registryPort = await port('registry', [apiPort]);
  const proxyPort = await port('proxy', [apiPort, registryPort]);
  return { apiPort, registryPort, proxyPort };
}

const WHAT = { api: "RAC's API", registry: 'the registry', proxy: 'the applications' } as const;

// `docker unix:///var/run/docker.sock` is still docker.
function engineOf({ engine }: Flags, base: RacSettings): string | null {
  return engine === undefined || base.engine?.split(' ')[0] === engine ? base.engine : engine;
}

function portOf(text: string | undefined, flag: string): number | null {
  if (text === undefined) return null;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw usage(`\`${flag} ${text}\` is not a port`, 'write a number from 1 to 65535');
}

function address(text: string): string {
  if (addressFamily(text) !== 0) return text;
  throw usage(`\`--listen ${text}\` is not an address`, 'write for instance --listen 0.0.0.0');
}

function domainOf(text: string): string {
  const domain = text.toLowerCase().replace(/\.$/, '');
  if (/^(?=.{1,190}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(domain))
    return domain;
  throw usage(`\`--domain ${text}\` is not a domain`, 'write for instance --domain apps.example.com');
}

function cidr(text: string): string {
  if (readRange(text) !== null) return text;
  throw usage(`\`--trusted-proxy ${text}\` is no address or range of them`, 'write for instance 10.0.0.0/8 or ::1');
}

function publicUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    url.pathname === '/' &&
    `${url.search}${url.hash}${url.username}` === ''
  ) {
    return url.origin;
  }
  throw usage(`\`--public-url\` has to be scheme and host`, 'write for instance --public-url https://rac.example.com');
}

function registryHost(text: string): string {
  if (/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/.test(text)) return text;
  throw usage(`\`--registry-host ${text}\` is no host`, 'write for instance registry.example.com');
}

function ttl(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds >= 60_000) return milliseconds;
  throw usage(`\`--anonymous-ttl ${text}\` is too short`, 'a minute at least, for instance 24h');
}

async function tlsOf(flags: Flags, base: RacSettings, { world }: Context): Promise<RacSettings['tls']> {
  const { tlsCert, tlsKey } = flags;
  if (tlsCert === undefined && tlsKey === undefined) return base.tls;
  if (tlsCert === undefined || tlsKey === undefined) {
    throw usage('a certificate and its key go together', 'give both --tls-cert FILE and --tls-key FILE');
  }
  const files = [tlsCert, tlsKey].map((path) => resolvePath(world.host.cwd, path, flavourOf(world.host)));
  for (const file of files) {
    const text = await world.files.readText(file);
    if (text?.includes('-----BEGIN ') === true) continue;
    throw new PodctlError('MISSING_INPUT', `\`${file}\` ${text === null ? 'is not there' : 'is no PEM file'}`, {
      hint: 'name PEM files: --tls-cert FILE --tls-key FILE',
    });
  }
  const [certificate = '', key = ''] = files;
  return { certificate, key };
}
