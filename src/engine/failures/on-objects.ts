import type { KnownFailure } from './failure.js';

/** Ports, names, networks, volumes and containers that are taken, in use, or not there. */
export const OBJECT_FAILURES: readonly KnownFailure[] = [
  {
    id: 'port-taken',
    words: [
      /Bind for (?<address>[\d.]+|\[?[\da-f:]+\]?):(?<port>\d+) failed: port is already allocated/i,
      /listen (?:tcp|udp)\d? (?<address>[\d.]*|\[[\da-f:]*\]):(?<port>\d+): bind: address already in use/i,
      /cannot listen on the TCP port: listen \S+ (?<address>[\d.]*|\[[\da-f:]*\]):(?<port>\d+): bind: address already in use/i,
      /exposing port \S+ -> (?<address>[\d.]+):(?<port>\d+)/i,
      /port is already allocated|address already in use/i,
    ],
    unless: /cannot assign requested address|forbidden by its access permissions/i,
    code: 'CANNOT_CREATE',
    sentence: 'the port {port|that was asked for} is taken',
    hint: 'choose another port with --port, or stop who holds it (ss -ltnp names it)',
  },
  {
    id: 'port-privileged',
    words: [
      /cannot expose privileged port (?<port>\d+)/i,
      /listen (?:tcp|udp)\d? \S*?:(?<port>\d+): bind: permission denied/i,
    ],
    code: 'HOST_SETTING',
    sentence: 'a rootless engine may not publish port {port}, which is below 1024',
    hint: 'publish a port above 1023, or allow it: sudo sysctl net.ipv4.ip_unprivileged_port_start={port}',
  },
  {
    id: 'port-address',
    words: [
      /listen (?:tcp|udp)\d? (?<address>[\d.]+|\[[\da-f:]*\]):(?<port>\d+): bind: cannot assign requested address/i,
      /invalid (?:hostPort|IP address|containerPort): ?"?(?<address>[^"\s]+)/i,
      /cannot parse "(?<address>[^"]+)" as an IP address/i,
      /cannot assign requested address/i,
    ],
    code: 'USAGE',
    sentence: "no port can be published on {'address|this address}: it is none of this machine",
    hint: 'publish on 127.0.0.1, or on an address that `ip -brief address` lists',
  },
  {
    id: 'name-taken',
    words: [
      /container name "\/?(?<name>[^"]+)" is already in use/i,
      /name "(?<name>[^"]+)" is already in use/i,
      /is already in use by|name .* is already in use/i,
    ],
    code: 'CANNOT_CREATE',
    sentence: "another container has the name {'name|that was asked for}",
    hint: "see `podctl ps --all`; remove it with podctl down in its project, or {engine} rm {name|NAME} when it is nobody's",
  },
  {
    id: 'addresses-exhausted',
    words: [
      /could not find an available, non-overlapping IPv4 address pool/i,
      /all predefined address pools have been fully subnetted/i,
      /could not find free subnet from subnet pools/i,
    ],
    code: 'CANNOT_CREATE',
    sentence: 'the engine has no addresses left for one more network',
    hint: 'remove networks that nothing uses (podctl prune), or give the engine more: default-address-pools in daemon.json, default_subnet_pools in containers.conf',
  },
  {
    id: 'subnet-overlap',
    words: [
      /pool overlaps with other one on this address space/i,
      /subnet (?<subnet>\S+) is already (?:used|being used)/i,
      /network config .* already used/i,
    ],
    code: 'CANNOT_CREATE',
    sentence: 'the subnet {subnet|that was asked for} belongs to another network already',
    hint: 'leave the subnet out, or choose one that `{engine} network inspect` shows nowhere',
  },
  {
    id: 'network-in-use',
    words: [
      /network (?<name>\S+) (?:id \S+ )?has active endpoints/i,
      /"(?<name>[^"]+)" has associated containers with it/i,
      /network is being used/i,
    ],
    code: 'CANNOT_CREATE',
    sentence: "containers are still on the network {'name|that is to go}",
    hint: 'stop them first: podctl down',
  },
  {
    id: 'network-exists',
    words: [
      /network with name (?<name>\S+) already exists/i,
      /network name (?<name>\S+) already used/i,
      /network already exists/i,
    ],
    code: 'CANNOT_CREATE',
    sentence: "there is a network {'name|of that name} already",
    hint: "use it as it is, or remove it when it is nobody's: {engine} network rm {name|NAME}",
  },
  {
    id: 'network-missing',
    words: [
      /network (?<name>\S+) not found/i,
      /no such network: (?<name>\S+)/i,
      /unable to find network with name or ID (?<name>\S+?):/i,
      /network not found/i,
    ],
    code: 'UNAVAILABLE',
    sentence: "the network {'name|that it names} is gone",
    hint: 'create it ({engine} network create {name|NAME}), or let podctl make the container anew: podctl down, and start again',
  },
  {
    id: 'volume-in-use',
    words: [
      /volume is in use - \[(?<containers>[^\]]*)\]/i,
      /volume (?<name>\S+) is being used by the following container/i,
      /volume (?:is )?(?:being used|in use)/i,
    ],
    code: 'CANNOT_CREATE',
    sentence: 'a container still uses the volume',
    hint: 'see who with {engine} ps --all --filter volume=NAME, and stop it with podctl down; its data stay in the volume',
  },
  {
    id: 'volume-missing',
    words: [
      /no such volume: (?<name>\S+)/i,
      /no volume with name "(?<name>[^"]+)" found/i,
      /no such volume|get \S+: no such volume/i,
    ],
    code: 'UNAVAILABLE',
    sentence: "there is no volume {'name|of that name}",
    hint: 'see `{engine} volume ls`; engines do not share their volumes, so it may be on another one (--engine)',
  },
  {
    id: 'container-running',
    words: [/cannot remove a running container/i, /cannot remove container (?<name>\S+) as it is running/i],
    code: 'CANNOT_CREATE',
    sentence: 'a container that runs is not removed',
    hint: 'stop it first: podctl stop, or podctl down for both',
  },
  {
    id: 'dependency',
    words: [/container (?<name>\S+) has dependent containers which must be removed before it/i],
    code: 'CANNOT_CREATE',
    sentence: 'other containers hang on this one',
    hint: 'remove those first, or all of the project with podctl down',
  },
  {
    id: 'container-stopped',
    words: [/container (?<name>\S+) is not running/i, /can only create exec sessions on running containers/i],
    code: 'UNAVAILABLE',
    sentence: 'the container does not run',
    hint: 'start it with podctl start, and see with podctl logs why it ended',
  },
  {
    id: 'container-missing',
    words: [/no such container:? (?<name>\S+)?/i, /no container with name or id "(?<name>[^"]+)" found/i],
    code: 'UNAVAILABLE',
    sentence: 'there is no such container any more',
    hint: 'see `podctl ps`, and start it anew',
  },
];
