import { redactAddress } from '../../core/text.js';
import type { EngineFacts } from '../../spec/facts.js';
import { type Finding, note, ok, orOk, problem, warning } from './finding.js';

/** Proxies by what they are for; '' where none is set. */
export type Proxies = { readonly http: string; readonly https: string; readonly no: string };

export type ProxyFacts = {
  /** This shell's variables, by the name as it is written there. */
  readonly shell: Readonly<Record<string, string>>;
  /** null: no engine answers. */
  readonly engine: Pick<EngineFacts, 'name' | 'vm'> | null;
  /** What the engine itself goes through; null: it takes this shell's, or does not say. */
  readonly daemon: Proxies | null;
  /** What docker's config.json gives containers; null: there is no such part. */
  readonly containers: Proxies | null;
};

const NAMES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'] as const;

/** Whether shell, engine and containers go through the same proxy, and whether it is written well. */
export function judgeProxy(facts: ProxyFacts): readonly Finding[] {
  const set = Object.entries(facts.shell).filter(([, value]) => value !== '');
  const named = facts.daemon !== null && isSet(facts.daemon);
  if (set.length === 0)
    return named ? [ok('the engine goes through a proxy, this shell does not')] : [ok('no proxy is set')];
  const names = set.map(([name]) => name).join(', ');
  return orOk(
    [
      ...set.flatMap(judgeText),
      ...twoCases(facts),
      ...localNames(facts),
      ...daemonSide(facts),
      ...containerSide(facts),
    ],
    `${names} fit together`,
  );
}

function judgeText([name, value]: readonly [string, string]): readonly Finding[] {
  if (name.toUpperCase() === 'NO_PROXY') return [];
  const shown = `${name}=${redactAddress(value)}`;
  if (/^["']|["']$|\s/.test(value)) {
    return [broken(shown, 'quotes and blanks are part of the value', name)];
  }
  const address = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(?:[^@/]*@)?(\[[0-9a-f:]+\]|[^:/[\]]+)(?::(\d+))?\/?$/i.exec(value);
  if (address === null || Number(address[3] ?? 1) > 65_535) return [broken(shown, 'it is no address', name)];
  if (address[1] !== undefined) return [];
  return [
    warning(`${shown} does not begin with http://`, {
      why: 'some programs take it, others refuse it or go without a proxy',
      mend: `export ${name}=http://${redactAddress(value)}`,
    }),
  ];
}

function broken(shown: string, what: string, name: string): Finding {
  return problem(`${shown}: ${what}`, {
    why: 'pulls and builds fail, or go without the proxy',
    mend: `export ${name}=http://HOST:PORT`,
  });
}

function valueOf(shell: ProxyFacts['shell'], name: string): string {
  return shell[name] || shell[name.toLowerCase()] || '';
}

function twoCases({ shell }: ProxyFacts): readonly Finding[] {
  return NAMES.flatMap((name) => {
    const [upper = '', lower = ''] = [shell[name], shell[name.toLowerCase()]];
    if (upper === '' || lower === '' || upper === lower) return [];
    return [
      warning(`${name} and ${name.toLowerCase()} differ`, {
        why: 'some programs read the one, some the other',
        mend: `export ${name.toLowerCase()}="$${name}"`,
      }),
    ];
  });
}

function localNames({ shell }: ProxyFacts): readonly Finding[] {
  if (valueOf(shell, 'HTTP_PROXY') === '' && valueOf(shell, 'HTTPS_PROXY') === '') return [];
  const without = valueOf(shell, 'NO_PROXY')
    .split(',')
    .map((part) => part.trim());
  if (without.includes('*')) return [];
  const missing = ['localhost', '127.0.0.1'].filter((name) => !without.some((part) => covers(part, name)));
  if (missing.length === 0) return [];
  return [
    warning(`NO_PROXY lacks ${missing.join(' and ')}`, {
      why: 'programs ask the proxy for what runs on this machine, and published ports seem dead',
      mend: `export NO_PROXY=${[...missing, '::1'].join(',')}\${NO_PROXY:+,$NO_PROXY} no_proxy="$NO_PROXY"`,
    }),
  ];
}

function covers(part: string, name: string): boolean {
  return part === name || (name === '127.0.0.1' && /^127\.0\.0\.[01]\/\d+$|^127\.0\.0\.0\/8$/.test(part));
}

// Docker's daemon pulls, and it does not have this shell's variables. Podman pulls in the shell.
function daemonSide({ engine, daemon, shell }: ProxyFacts): readonly Finding[] {
  if (engine?.name !== 'docker' || daemon === null || isSet(daemon)) return [];
  if (valueOf(shell, 'HTTP_PROXY') === '' && valueOf(shell, 'HTTPS_PROXY') === '') return [];
  return [
    warning('this shell has a proxy, and docker has none', {
      why: 'docker itself pulls, so pulls go past the proxy',
      mend: engine.vm
        ? 'set it in the settings of Docker Desktop'
        : 'write "proxies": {"http-proxy": …, "https-proxy": …, "no-proxy": …} in /etc/docker/daemon.json (before 23.0: Environment= lines in /etc/systemd/system/docker.service.d/proxy.conf) and restart docker',
    }),
  ];
}

function containerSide({ engine, containers, shell }: ProxyFacts): readonly Finding[] {
  const proxy = valueOf(shell, 'HTTPS_PROXY') || valueOf(shell, 'HTTP_PROXY');
  if (engine === null || proxy === '') return [];
  if (engine.name === 'docker') {
    if (containers !== null && isSet(containers)) return [];
    return [
      note('containers and builds of docker get no proxy', {
        why: 'what they download goes past it',
        mend: 'write "proxies": {"default": {"httpProxy": …, "httpsProxy": …, "noProxy": …}} in ~/.docker/config.json',
      }),
    ];
  }
  if (!/\/\/(?:[^@/]*@)?(localhost|127\.|\[::1\])/i.test(proxy)) return [];
  return [
    warning(`podman gives containers the proxy ${redactAddress(proxy)}`, {
      why: 'inside, that address is the container itself',
      mend: 'write http_proxy = false in the [containers] part of containers.conf, or name the proxy by an address of this machine',
    }),
  ];
}

function isSet({ http, https }: Proxies): boolean {
  return http !== '' || https !== '';
}
