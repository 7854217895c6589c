import { bridgePrefix } from './subnets.js';

/** One chain of RAC's own, and the places from which packets go into it. */
export type Chain = {
  readonly name: string;
  /** Without `-A NAME`, in the form in which iptables prints them back. */
  readonly rules: readonly string[];
  readonly from: readonly { readonly chain: string; readonly match: string }[];
};

// Everything that is not the internet: private, shared and link-local ranges (with every cloud's metadata service), test networks,
// multicast and what is reserved.
const NOT_PUBLIC = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];
const REJECT = '-j REJECT --reject-with icmp-port-unreachable';
const REPLIES = '-m conntrack --ctstate RELATED,ESTABLISHED';

/**
 * What containers of one RAC may reach: the internet, and the name servers of this machine. Not the machine itself on any of its
 * addresses, not each other, nothing private. The proxy's connections come from the machine, so only their answers have to pass.
 */
export function firewallChains(instance: string, resolvers: readonly string[]): readonly Chain[] {
  const prefix = bridgePrefix(instance);
  const word = instance.slice(0, 6);
  const dns = resolvers.flatMap((address) =>
    ['udp', 'tcp'].map((protocol) => `-d ${address}/32 -p ${protocol} -m ${protocol} --dport 53 -j RETURN`),
  );
  return [
    {
      name: `RAC-IN-${word}`,
      rules: [`${REPLIES} -j ACCEPT`, REJECT],
      from: [{ chain: 'INPUT', match: `-i ${prefix}+` }],
    },
    {
      name: `RAC-OUT-${word}`,
      rules: [
        `${REPLIES} -j RETURN`,
        ...dns,
        `-o rac+ ${REJECT}`,
        ...NOT_PUBLIC.map((range) => `-d ${range} ${REJECT}`),
      ],
      from: [{ chain: 'FORWARD', match: `-i ${prefix}+` }],
    },
    {
      name: `RAC-TO-${word}`,
      rules: [`${REPLIES} -j RETURN`, REJECT],
      from: [{ chain: 'FORWARD', match: `-o ${prefix}+` }],
    },
  ];
}

/** Of IPv6 nothing at all. */
export function firewallChains6(instance: string): readonly Chain[] {
  const prefix = bridgePrefix(instance);
  const from = [
    { chain: 'INPUT', match: `-i ${prefix}+` },
    { chain: 'FORWARD', match: `-i ${prefix}+` },
  ];
  return [{ name: `RAC-IN-${instance.slice(0, 6)}`, rules: ['-j REJECT --reject-with icmp6-port-unreachable'], from }];
}

/**
 * What iptables-restore must do so that the rules are as they should be, ours before all others; null: they are. `state` is what
 * `iptables -S` prints.
 */
export function repair(state: string, chains: readonly Chain[]): string | null {
  const lines = state.split('\n').map((line) => line.trim());
  if (chains.every((chain) => isRight(lines, chain)) && jumpsFirst(lines, chains)) return null;
  const jumps = chains.flatMap((chain) =>
    chain.from.map(({ chain: at, match }) => ({ at, rule: `${match} -j ${chain.name}` })),
  );
  const old = jumps.flatMap(({ at, rule }) =>
    lines.filter((line) => line === `-A ${at} ${rule}`).map(() => `-D ${at} ${rule}`),
  );
  return restore([
    ...chains.map(({ name }) => `:${name} - [0:0]`),
    ...old,
    ...chains.flatMap(({ name, rules }) => rules.map((rule) => `-A ${name} ${rule}`)),
    ...jumps.toReversed().map(({ at, rule }) => `-I ${at} 1 ${rule}`),
  ]);
}

/** What takes them away; null: there are none. */
export function removal(state: string, chains: readonly Chain[]): string | null {
  const lines = state.split('\n').map((line) => line.trim());
  const there = chains.filter(({ name }) => lines.includes(`-N ${name}`));
  if (there.length === 0) return null;
  const jumps = lines.filter(
    (line) => line.startsWith('-A ') && there.some(({ name }) => line.endsWith(` -j ${name}`)),
  );
  return restore([
    ...jumps.map((line) => `-D ${line.slice(3)}`),
    ...there.flatMap(({ name }) => [`-F ${name}`, `-X ${name}`]),
  ]);
}

function isRight(lines: readonly string[], { name, rules }: Chain): boolean {
  const there = lines.filter((line) => line.startsWith(`-A ${name} `));
  return lines.includes(`-N ${name}`) && there.join('\n') === rules.map((rule) => `-A ${name} ${rule}`).join('\n');
}

// Other RACs may stand before ours: their interfaces are others.
function jumpsFirst(lines: readonly string[], chains: readonly Chain[]): boolean {
  return chains.every((chain) =>
    chain.from.every(({ chain: at, match }) => {
      const all = lines.filter((line) => line.startsWith(`-A ${at} `));
      const mine = all.indexOf(`-A ${at} ${match} -j ${chain.name}`);
      return mine !== -1 && all.slice(0, mine).every((line) => / -j RAC-(IN|OUT|TO)-[0-9a-f]{6}$/.test(line));
    }),
  );
}

function restore(lines: readonly string[]): string {
  return `*filter\n${lines.join('\n')}\nCOMMIT\n`;
}
