import { revealed, Secret } from '../core/secret.js';
import type { EngineFacts } from '../spec/facts.js';
import type { ContainerSpec, EnvVar, PublishedPort, RunShape } from '../spec/spec.js';
import { toSeconds } from './amounts.js';
import type { CreateBody, HostConfigBody } from './engine-api-body.js';
import { deviceField, gpuField } from './engine-api-devices.js';
import { healthField } from './engine-api-health.js';
import { mountFields } from './engine-api-mounts.js';
import { resourceFields } from './engine-api-resources.js';
import { securityFields } from './engine-api-security.js';
import { refuseUnsayable } from './env-file.js';
import { secretFileMounts } from './secret-mounts.js';
import { podmanEntrypoint, startWords } from './words.js';

/** The engine behind the API. */
export type Target = Pick<EngineFacts, 'name' | 'rootless'>;

/** What creates the container: name and platform go into the query, the rest is the body. */
export type CreateCall = { readonly name: string; readonly platform: string | null; readonly body: CreateBody };

/**
 * What `--via api` sends so that the container is the same as the one that `renderRun` would start. Throws
 * PodctlError('UNAVAILABLE') for what the engine's command line can say and its API cannot.
 */
export function renderCreate(spec: ContainerSpec, shape: RunShape, engine: Target): CreateCall {
  const parts: readonly Part[] = Object.values(ROWS).map((row) => row(spec, engine));
  return {
    name: spec.name,
    platform: spec.platform,
    body: {
      Image: spec.image,
      Tty: spec.tty,
      OpenStdin: spec.interactive,
      // A detached container's standard input may stay open, but nobody is attached to it.
      StdinOnce: spec.interactive && !shape.detach,
      AttachStdin: spec.interactive && !shape.detach,
      AttachStdout: !shape.detach,
      AttachStderr: !shape.detach,
      ...Object.assign({}, ...parts.map((part) => part.top)),
      HostConfig: Object.assign({ AutoRemove: shape.remove }, ...parts.map((part) => part.host)),
    },
  };
}

/** What one field of the spec adds to the body, and to the HostConfig inside it. */
type Part = { readonly top?: Partial<Omit<CreateBody, 'HostConfig'>>; readonly host?: Partial<HostConfigBody> };
type Row = (spec: ContainerSpec, engine: Target) => Part;

const NOTHING: Part = {};

// A row per field, so that a new one does not compile until this output says what becomes of it.
const ROWS = {
  // In the query, or above.
  name: () => NOTHING,
  platform: () => NOTHING,
  image: () => NOTHING,
  tty: () => NOTHING,
  interactive: () => NOTHING,
  // Creating never pulls; the plan has a step of its own for it.
  pull: () => NOTHING,
  hostname: ({ hostname }) => (hostname === null ? NOTHING : { top: { Hostname: hostname } }),
  user: ({ user }) => (user === null ? NOTHING : { top: { User: user } }),
  groups: ({ groups }) => (groups.length === 0 ? NOTHING : { host: { GroupAdd: groups } }),
  userns: ({ userns }) => (userns === null ? NOTHING : { host: { UsernsMode: userns } }),
  workdir: ({ workdir }) => (workdir === null ? NOTHING : { top: { WorkingDir: workdir } }),
  entrypoint: (spec, engine) => entrypointPart(spec, engine),
  args: (spec) => {
    const words = [...startWords(spec).rest, ...spec.args];
    return words.length === 0 ? NOTHING : { top: { Cmd: words } };
  },
  init: ({ init }) => (init ? { host: { Init: true } } : NOTHING),
  env: ({ env }) => (env.length === 0 ? NOTHING : { top: { Env: envList(env) } }),
  mounts: ({ mounts, secrets }, engine) => ({
    host: mountFields([...secretFileMounts(secrets, `${engine.name}'s API`), ...mounts], engine.name),
  }),
  // Above, for they are mounts.
  secrets: () => NOTHING,
  ports: ({ ports }, engine) => (ports.length === 0 ? NOTHING : portsPart(ports, engine)),
  labels: ({ labels }) => (Object.keys(labels).length === 0 ? NOTHING : { top: { Labels: labels } }),
  resources: ({ resources }, engine) => ({ host: resourceFields(resources, engine) }),
  network: ({ network }) => (network === null ? NOTHING : { host: { NetworkMode: network } }),
  networkAliases: ({ network, networkAliases }) =>
    network === null || networkAliases.length === 0
      ? NOTHING
      : { top: { NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: networkAliases } } } } },
  extraHosts: ({ extraHosts }) => {
    const hosts = Object.entries(extraHosts).map(([name, address]) => `${name}:${address}`);
    return hosts.length === 0 ? NOTHING : { host: { ExtraHosts: hosts } };
  },
  dns: ({ dns }) => (dns.length === 0 ? NOTHING : { host: { Dns: dns } }),
  devices: ({ devices }, engine) => ({ host: deviceField(devices, engine.name) }),
  gpus: (spec, engine) => ({ host: gpuField(spec, engine.name) }),
  capAdd: ({ capAdd }) => (capAdd.length === 0 ? NOTHING : { host: { CapAdd: capAdd.map(longCapability) } }),
  capDrop: ({ capDrop }) => (capDrop.length === 0 ? NOTHING : { host: { CapDrop: capDrop.map(longCapability) } }),
  security: ({ security }, engine) => ({ host: securityFields(security, engine.name) }),
  privileged: ({ privileged }) => (privileged ? { host: { Privileged: true } } : NOTHING),
  readOnlyRoot: ({ readOnlyRoot }) => (readOnlyRoot ? { host: { ReadonlyRootfs: true } } : NOTHING),
  pid: ({ pid }) => (pid === null ? NOTHING : { host: { PidMode: pid } }),
  ipc: ({ ipc }) => (ipc === null ? NOTHING : { host: { IpcMode: ipc } }),
  stopSignal: ({ stopSignal }) => (stopSignal === null ? NOTHING : { top: { StopSignal: stopSignal } }),
  stopTimeout: ({ stopTimeout }, engine) => stopTimeoutPart(stopTimeout, engine),
  health: ({ health }, engine) => (health === null ? NOTHING : { top: healthField(health, engine.name) }),
  restart: ({ restart }) => (restart === null ? NOTHING : { host: { RestartPolicy: restartPolicy(restart) } }),
} satisfies { readonly [K in keyof Required<ContainerSpec>]: Row };

function entrypointPart(spec: ContainerSpec, engine: Target): Part {
  const { entrypoint } = startWords(spec);
  if (entrypoint === null) return NOTHING;
  // Podman reads the API's word as it reads its own flag's.
  return { top: { Entrypoint: [engine.name === 'docker' ? entrypoint : podmanEntrypoint(entrypoint)] } };
}

function envList(env: readonly EnvVar[]): readonly (string | Secret)[] {
  const last = new Map(env.map((variable) => [variable.name, variable.value]));
  return [...last].map(([name, value]) => {
    refuseUnsayable(name, revealed(value));
    const text = `${name}=${revealed(value)}`;
    return value instanceof Secret ? new Secret(text) : text;
  });
}

// Podman's program turns 0.0.0.0 into no address, which means all of them, IPv6 too.
function portsPart(ports: readonly PublishedPort[], engine: Target): Part {
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const port of ports) {
    const address = engine.name !== 'docker' && port.address === '0.0.0.0' ? '' : port.address;
    const binding = { HostIp: address, HostPort: port.hostPort === null ? '' : String(port.hostPort) };
    (bindings[`${port.containerPort}/${port.protocol}`] ??= []).push(binding);
  }
  const exposed = Object.fromEntries(Object.keys(bindings).map((key) => [key, {}]));
  return { top: { ExposedPorts: exposed }, host: { PortBindings: bindings } };
}

// Left out, podman's API takes 0, which kills at once; its command line and docker take ten seconds.
function stopTimeoutPart(stopTimeout: number | null, engine: Target): Part {
  if (stopTimeout !== null) return { top: { StopTimeout: toSeconds(stopTimeout) } };
  return engine.name === 'docker' ? NOTHING : { top: { StopTimeout: 10 } };
}

// As docker's program sends it; the daemon keeps what it gets.
function longCapability(name: string): string {
  const upper = name.toUpperCase();
  return upper === 'ALL' || upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
}

function restartPolicy(restart: string): NonNullable<HostConfigBody['RestartPolicy']> {
  const [name = '', count = '0'] = restart.split(':');
  return { Name: name, MaximumRetryCount: Number(count) };
}
