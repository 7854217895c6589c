import * as fc from 'fast-check';
import { PodctlError } from '../../src/core/errors.js';
import type { Via } from '../../src/spec/capability.js';
import type { EngineFacts } from '../../src/spec/facts.js';
import { lowerSpec } from '../../src/spec/lower.js';
import type { ContainerSecret } from '../../src/spec/secrets.js';
import { type ContainerSpec, EMPTY_SPEC, type Mount, type RunShape } from '../../src/spec/spec.js';
import { secretFile } from './samples.js';

/** What random containers may refer to on this machine. */
export type SpecWorld = {
  readonly engine: EngineFacts;
  readonly image: string;
  /** Names of volumes and of one network that the test made. */
  readonly volumes: readonly string[];
  readonly network: string;
  /** Folders and files of the test, some with hostile names; absolute. */
  readonly sources: readonly string[];
  /** A label that all of them carry. */
  readonly label: readonly [string, string];
};

export type RandomContainer = { readonly spec: ContainerSpec; readonly shape: RunShape };

/** A container that both ways of one engine can make, as the table of capabilities has it; its name is empty. */
export function randomContainer(world: SpecWorld): fc.Arbitrary<RandomContainer> {
  return fc
    .record({
      ...identity(world),
      ...process,
      mounts: mounts(world),
      secrets: secrets(world),
      ...network(world),
      ...rights(),
      ...ending(),
      remove: fc.boolean(),
    })
    .map(({ remove, ...fields }) => {
      const spec = reconcile({ ...EMPTY_SPEC, image: world.image, pull: 'never', ...fields }, world);
      // Engines refuse to restart what is removed at its end.
      return { spec, shape: { detach: false, remove: remove && (spec.restart === null || spec.restart === 'no') } };
    })
    .filter(({ spec }) => isSayable(spec, world.engine, 'cli') && isSayable(spec, world.engine, 'api'));
}

/** What the table of capabilities says of a spec. */
function isSayable(spec: ContainerSpec, engine: EngineFacts, via: Via): boolean {
  try {
    lowerSpec(spec, engine, via);
    return true;
  } catch (error) {
    if (error instanceof PodctlError && error.code === 'UNAVAILABLE') return false;
    throw error;
  }
}

/** Text that programs stumble over: quotes, separators, line ends, leading dashes, what looks like a flag, a variable or JSON. */
const HOSTILE = [
  'a b',
  ' lead',
  'trail ',
  '"quoted"',
  "it's",
  'a"b',
  '$HOME',
  '${X:-y}',
  '`id`',
  '$(id)',
  'a\nb',
  'a\r\nb',
  'end\r',
  'tab\tbed',
  '-x',
  '--rm',
  '--',
  '-',
  'a,b',
  'a=b',
  '=',
  'a:b',
  ':',
  '#no',
  '\\',
  String.raw`C:\path\to`,
  String.raw`\\server\share`,
  'grüße',
  '漢字',
  '😀',
  '%PATH%',
  '!x',
  '*',
  '?',
  '~',
  '["json"]',
  '{"a":1}',
  "'; rm -rf /",
  '<>|&;',
  '\u00a0',
  '\u2028',
  '{{.ID}}',
  'null',
];

const hostile = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...HOSTILE) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => !text.includes('\0')) },
);
const word = fc.stringMatching(/^[a-z][a-z0-9]{0,9}$/);
const milliseconds = fc.integer({ min: 1, max: 600_000 });

function maybe<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.option(value, { freq: 2 });
}

function rarely<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: value });
}

function some<T>(value: fc.Arbitrary<T>, maxLength = 3): fc.Arbitrary<T[]> {
  return fc.array(value, { maxLength });
}

function identity({ label: [label, value], engine }: SpecWorld) {
  return {
    hostname: maybe(fc.stringMatching(/^[a-z][a-z0-9-]{0,20}[a-z0-9]$/)),
    labels: fc
      .dictionary(fc.oneof(word, fc.constantFrom('a.b', 'org.example/x', 'with-dash', 'UPPER')), hostile, {
        maxKeys: 4,
      })
      .map((labels) => ({ ...labels, [label]: value })),
    platform: rarely(fc.constant(`linux/${engine.arch}`)),
    user: maybe(fc.constantFrom('0', '1000', '1000:1000', 'root', 'nobody', '65534:0')),
    groups: some(fc.constantFrom('27', 'audio', '100'), 2).map((groups) => [...new Set(groups)]),
    userns: rarely(fc.constantFrom('host', 'keep-id')),
    workdir: maybe(targetPath()),
  };
}

const process = {
  // An empty first word is the same as none for every engine.
  entrypoint: maybe(fc.array(hostile, { maxLength: 3 }).filter((words) => words[0] !== '')),
  args: some(fc.oneof(hostile, fc.constant('')), 4),
  init: fc.boolean(),
  tty: fc.boolean(),
  interactive: fc.boolean(),
  env: fc
    .dictionary(
      fc
        .oneof(word, fc.constantFrom('WITH.dot', 'with-dash', 'ÜBER', '1ST', 'lower', 'A'))
        .map((name) => `RND_${name}`),
      fc.oneof(hostile, fc.constant('')),
      { maxKeys: 6 },
    )
    .map((env) => Object.entries(env).map(([name, text]) => ({ name, value: text }))),
  resources: fc.record({
    memory: maybe(fc.integer({ min: 8 * 1024 * 1024, max: 512 * 1024 * 1024 })),
    memorySwap: maybe(fc.constantFrom(1024 ** 3, 2 * 1024 ** 3, 3 * 1024 ** 3, -1)),
    cpus: maybe(fc.integer({ min: 1, max: 200 }).map((hundredths) => hundredths / 100)),
    pids: maybe(fc.oneof(fc.integer({ min: 1, max: 10_000 }), fc.constant(-1))),
    shm: maybe(fc.integer({ min: 1, max: 1024 }).map((kilobytes) => kilobytes * 1024)),
    ulimits: fc
      .uniqueArray(fc.constantFrom('nofile', 'nproc', 'core', 'memlock'), { maxLength: 2 })
      .chain((names) =>
        fc.tuple(
          ...names.map((name) => fc.integer({ min: 0, max: 1024 }).map((soft) => ({ name, soft, hard: soft * 2 }))),
        ),
      ),
  }),
};

function targetPath(): fc.Arbitrary<string> {
  const part = fc.oneof(
    word,
    fc.constantFrom(
      'with space',
      'com,ma',
      'co:lon',
      'quo"te',
      "apo'strophe",
      'dol$lar',
      'equal=s',
      'grüße',
      '漢字',
      '-dash',
    ),
  );
  return fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => `/mnt/${parts.join('/')}`);
}

function mounts(world: SpecWorld): fc.Arbitrary<readonly Mount[]> {
  const base = { selinux: null, propagation: null, kind: null, contains: [], create: false, optional: false } as const;
  const plain = { ...base, size: null, mode: null, driver: null, options: {} };
  const bind = fc
    .record({
      source: fc.constantFrom(...world.sources),
      readOnly: fc.boolean(),
      propagation: maybe(fc.constantFrom('private', 'rprivate', 'rslave')),
      selinux: fc.option(fc.constantFrom('shared', 'private'), { freq: 4 }),
    })
    .map((fields) => ({ ...plain, ...fields, type: 'bind' as const }));
  const volume = fc
    .record({ source: fc.constantFrom('', ...world.volumes), readOnly: fc.boolean() })
    // Nobody could ever write to an anonymous volume that is read-only; docker refuses it.
    .map((fields) => ({
      ...plain,
      ...fields,
      readOnly: fields.readOnly && fields.source !== '',
      type: 'volume' as const,
    }));
  const tmpfs = fc
    .record({
      readOnly: fc.boolean(),
      size: maybe(fc.integer({ min: 1, max: 64 }).map((kilobytes) => kilobytes * 4096)),
      mode: maybe(fc.constantFrom('1777', '0700', '755')),
    })
    .map((fields) => ({ ...plain, ...fields, type: 'tmpfs' as const, source: '' }));
  const one = fc.tuple(fc.oneof(bind, volume, tmpfs), targetPath());
  return fc
    .uniqueArray(one, { maxLength: 4, selector: ([, target]) => target })
    .map((list) => list.map(([mount, target], index) => ({ ...mount, target, key: `m${index}` })));
}

function secrets(world: SpecWorld): fc.Arbitrary<readonly ContainerSecret[]> {
  const one = fc.record({
    name: fc.constantFrom('TOKEN', 'KEY', 'WITH.dot'),
    source: fc.constantFrom(...world.sources),
    target: targetPath().map((path) => path.replace('/mnt/', '/run/secrets/')),
    selinux: fc.option(fc.constant('private' as const), { freq: 4 }),
  });
  return fc
    .uniqueArray(one, { maxLength: 2, selector: ({ target }) => target })
    .map((list) => list.map((fields) => secretFile(fields)));
}

function network(world: SpecWorld) {
  const address = fc.constantFrom('127.0.0.1', '0.0.0.0', '::1', '127.0.0.2');
  const port = fc.record({
    address,
    hostPort: maybe(fc.integer({ min: 20_000, max: 60_000 })),
    containerPort: fc.integer({ min: 1, max: 65_535 }),
    protocol: fc.constantFrom('tcp' as const, 'udp' as const),
  });
  return {
    network: maybe(fc.constantFrom('none', 'host', 'bridge', world.network)),
    networkAliases: some(word, 2).map((names) => [...new Set(names)]),
    ports: fc
      .uniqueArray(port, { maxLength: 3, selector: ({ protocol, containerPort }) => `${containerPort}/${protocol}` })
      .filter((ports) => new Set(ports.map(({ hostPort }) => hostPort ?? Symbol('free'))).size === ports.length)
      .map((ports) => ports.map((entry, index) => ({ ...entry, key: `p${index}` }))),
    extraHosts: fc.dictionary(word, fc.constantFrom('10.0.0.1', '::1', '2001:db8::7'), { maxKeys: 2 }),
    dns: some(fc.constantFrom('192.0.2.53', '2001:db8::53'), 2).map((servers) => [...new Set(servers)]),
  };
}

function rights() {
  const device = fc.constantFrom('/dev/null', '/dev/zero:/dev/nought', '/dev/full:/dev/brimming:r', '/dev/random:rw');
  return {
    devices: some(device, 2).map((devices) => [...new Set(devices)]),
    gpus: rarely(fc.constantFrom('all', '2', 'device=0', 'device=0,GPU-1')),
    capAdd: some(fc.constantFrom('NET_ADMIN', 'SYS_PTRACE', 'CAP_SYS_TIME'), 2).map((caps) => [...new Set(caps)]),
    capDrop: some(fc.constantFrom('CHOWN', 'KILL', 'CAP_SETUID'), 2).map((caps) => [...new Set(caps)]),
    security: some(
      fc.constantFrom('no-new-privileges', 'label=disable', 'seccomp=unconfined', 'apparmor=unconfined'),
      2,
    ).map((options) => [...new Set(options)]),
    privileged: fc.oneof({ weight: 6, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    readOnlyRoot: fc.boolean(),
    pid: fc.option(fc.constant('host'), { freq: 4 }),
    ipc: maybe(fc.constantFrom('host', 'private', 'shareable')),
  };
}

function ending() {
  const shellTest = hostile.filter((text) => text.trim() !== '').map((text) => ['CMD-SHELL', `true ${text}`]);
  const execTest = fc.array(hostile, { minLength: 1, maxLength: 3 }).map((words) => ['CMD', 'check', ...words]);
  const times = { interval: maybe(milliseconds), timeout: maybe(milliseconds), startPeriod: maybe(milliseconds) };
  const test = fc.oneof(shellTest, execTest);
  const check = fc.record({
    test: fc.option(test, { freq: 5 }),
    ...times,
    retries: maybe(fc.integer({ min: 1, max: 9 })),
    disable: fc.constant(false),
  });
  const off = { test: null, interval: null, timeout: null, startPeriod: null, retries: null, disable: true };
  return {
    stopSignal: maybe(fc.constantFrom('SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP')),
    stopTimeout: maybe(milliseconds),
    health: maybe(fc.oneof({ weight: 5, arbitrary: check }, { weight: 1, arbitrary: fc.constant(off) })),
    restart: maybe(fc.constantFrom('no', 'always', 'on-failure', 'on-failure:3', 'unless-stopped')),
  };
}

// Combinations that no engine takes are settled here, so that all other fields stay random.
function reconcile(spec: ContainerSpec, world: SpecWorld): ContainerSpec {
  const bridged = spec.network !== 'host' && spec.network !== 'none';
  const { memory, memorySwap } = spec.resources;
  return {
    ...spec,
    ports: bridged ? spec.ports : [],
    extraHosts: bridged ? spec.extraHosts : {},
    dns: bridged ? spec.dns : [],
    hostname: spec.network === 'host' ? null : spec.hostname,
    networkAliases: spec.network === world.network ? spec.networkAliases : [],
    // Without an entrypoint something must be left to run.
    args: spec.entrypoint?.length === 0 && spec.args.length === 0 ? ['true'] : spec.args,
    init: spec.pid === 'host' ? false : spec.init,
    resources: {
      ...spec.resources,
      memorySwap: memory === null ? null : memorySwap,
      shm: spec.ipc === 'host' ? null : spec.resources.shm,
    },
  };
}
