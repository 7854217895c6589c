import type { EngineFacts } from '../../spec/facts.js';
import { type Finding, note, ok, problem, warning } from './finding.js';

/** `found`: the name has an address; `unknown`: a server answered that it has none; `silent`: no server answered. */
export type LookUpAnswer = 'found' | 'unknown' | 'silent';

export type InsideLookUp =
  | {
      readonly asked: true;
      readonly image: string;
      readonly answer: LookUpAnswer;
      /** Addresses of name servers, as they stand in the container. */
      readonly servers: readonly string[];
    }
  /** `why` there was no asking. `broken`: the engine could not start a container at all. */
  | { readonly asked: false; readonly why: string; readonly broken: boolean };

export type DnsFacts = {
  readonly engine: Pick<EngineFacts, 'name' | 'rootless' | 'vm'>;
  readonly name: string;
  readonly host: LookUpAnswer;
  readonly inside: InsideLookUp;
  /** podman's program for names of other containers: whether it is installed; null: not needed, or not to be seen. */
  readonly containerNames: boolean | null;
};

/** Whether containers find addresses of names. */
export function judgeDns(facts: DnsFacts): readonly Finding[] {
  return [judgeInside(facts), ...judgeNames(facts)];
}

function judgeInside({ inside, name, host, engine }: DnsFacts): Finding {
  if (!inside.asked && inside.broken) return noStart(inside.why, engine.name);
  if (!inside.asked) return note(`names inside containers were not tried: ${inside.why}`);
  const where = `in a container of ${inside.image}`;
  if (inside.answer === 'found') return ok(`${where} \`${name}\` has an address`);
  const servers = inside.servers.length === 0 ? 'no name server' : `name server ${inside.servers.join(', ')}`;
  const what = inside.answer === 'silent' ? 'no name server answers' : `\`${name}\` is not known`;
  if (host === 'found' || (host === 'unknown' && inside.answer === 'silent')) {
    return problem(`${where} ${what} (${servers}); this machine itself gets an answer`, {
      why: 'programs in containers and builds reach nothing by name',
      mend: mendOf(engine, inside.servers),
    });
  }
  return note(`neither this machine nor containers can find \`${name}\` (${servers})`, {
    why: 'without a network only what is already here works',
  });
}

function noStart(why: string, engine: string): Finding {
  return problem(why, {
    why: 'the engine answers, but starts no container',
    mend: `${engine} run --rm --pull never IMAGE true, with an image of ${engine} images, shows it again; its log says more`,
  });
}

const PUBLIC = new Set(['8.8.8.8', '8.8.4.4', '2001:4860:4860::8888', '2001:4860:4860::8844']);

// Docker takes public servers when this machine's own are on its loopback, and many networks shut those out.
function mendOf({ name, rootless, vm }: DnsFacts['engine'], servers: readonly string[]): string {
  if (vm) return 'restart the virtual machine of the engine, above all after a change of network or VPN';
  if (name === 'docker') {
    const cause = servers.some((server) => PUBLIC.has(server)) ? ' (it fell back to public servers)' : '';
    return `write "dns": ["ADDRESS OF A NAME SERVER"] in /etc/docker/daemon.json and restart docker${cause}; resolvectl status, or cat /etc/resolv.conf, shows this machine's`;
  }
  const file = rootless ? '~/.config/containers/containers.conf' : '/etc/containers/containers.conf';
  return `correct dns_servers in the [containers] part of ${file}: take it out, or name a server that answers; cat /etc/resolv.conf shows this machine's`;
}

function judgeNames({ containerNames }: DnsFacts): readonly Finding[] {
  if (containerNames !== false) return [];
  return [
    warning('aardvark-dns is not installed', {
      why: 'containers of one network do not find each other by name, so services of a stack do not either',
      mend: 'sudo apt-get install aardvark-dns (Fedora: sudo dnf install aardvark-dns)',
    }),
  ];
}
