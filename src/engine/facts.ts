import { ifPossible } from '../core/errors.js';
import type { Files } from '../io/files.js';
import type { Host } from '../io/host.js';
import type { EngineFacts, EngineName } from '../spec/facts.js';
import { asList, asObject, asText, type Json } from './json.js';

const GO_ARCH: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  x64: 'amd64',
  aarch64: 'arm64',
  armv7l: 'arm',
  i386: '386',
  i686: '386',
  ia32: '386',
  ppc64: 'ppc64le',
};

/** An architecture in Go's words, from the kernel's, QEMU's or Node's. */
export function goArch(name: string): string {
  return GO_ARCH[name] ?? name;
}

/** What is known of an engine apart from the architectures it emulates. */
export type AnsweredFacts = Omit<EngineFacts, 'emulates'>;

/** Facts from the docker API's /info, or `docker info`, or `nerdctl info`: they share their shape. */
export function factsFromInfo(
  info: Json,
  known: {
    readonly name: EngineName;
    readonly version: string;
    readonly apiVersion: string | null;
    readonly host: Host;
  },
): AnsweredFacts {
  const security = asList(info['SecurityOptions']).map((option) => asText(option));
  const has = (name: string): boolean => security.some((option) => option.split(',').includes(`name=${name}`));
  return {
    name: known.name,
    version: known.version,
    apiVersion: known.apiVersion,
    rootless: has('rootless') || info['Rootless'] === true,
    selinux: has('selinux'),
    vm: known.host.platform !== 'linux' || asText(info['OperatingSystem']) === 'Docker Desktop',
    arch: goArch(asText(info['Architecture']) || known.host.arch),
    cgroup: asText(info['CgroupVersion']) === '1' ? 1 : 2,
    usernsRemap: has('userns'),
    assumed: false,
  };
}

/** Facts from `podman info --format json`. */
export function factsFromPodmanInfo(info: Json, name: EngineName, host: Host): AnsweredFacts {
  const machine = asObject(info['host']);
  const security = asObject(machine['security']);
  return {
    name,
    version: asText(asObject(info['version'])['Version']),
    apiVersion: null,
    rootless: security['rootless'] === true,
    selinux: security['selinuxEnabled'] === true,
    vm: host.platform !== 'linux',
    arch: goArch(asText(machine['arch']) || host.arch),
    cgroup: asText(machine['cgroupVersion']) === 'v1' ? 1 : 2,
    usernsRemap: false,
    assumed: false,
  };
}

/**
 * Facts of a podman on this very Linux host, read from the kernel: podman's own answer starts several programs and takes a third
 * of a second, for things that are the host's and not podman's.
 */
export async function factsOfLocalPodman(
  known: {
    readonly name: EngineName;
    readonly version: string;
    readonly apiVersion: string | null;
    readonly rootless: boolean;
  },
  { host, files }: { readonly host: Host; readonly files: Files },
): Promise<AnsweredFacts> {
  const [enforce, controllers] = await Promise.all([
    files.stat('/sys/fs/selinux/enforce'),
    files.stat('/sys/fs/cgroup/cgroup.controllers'),
  ]);
  return {
    ...known,
    selinux: enforce !== null,
    vm: false,
    arch: goArch(host.arch),
    cgroup: controllers === null ? 1 : 2,
    usernsRemap: false,
    assumed: false,
  };
}

/** Add the architectures that the host can run through emulation: QEMU handlers on Linux; the usual virtual machines bring both. */
export async function withEmulation(facts: AnsweredFacts, files: Files): Promise<EngineFacts> {
  if (facts.vm) return { ...facts, emulates: ['amd64', 'arm64'].filter((arch) => arch !== facts.arch) };
  const handlers = (await files.list(BINFMT)) ?? [];
  const emulators = handlers.flatMap((handler) => {
    const arch = OTHER_EMULATORS[handler] ?? /^qemu-(.+)$/.exec(handler)?.[1];
    return arch === undefined ? [] : [{ handler, arch: goArch(arch) }];
  });
  const enabled = await Promise.all(emulators.map(({ handler }) => isEnabled(`${BINFMT}/${handler}`, files)));
  const emulates = emulators.filter(({ arch }, index) => enabled[index] === true && arch !== facts.arch);
  return { ...facts, emulates: emulates.map(({ arch }) => arch) };
}

const BINFMT = '/proc/sys/fs/binfmt_misc';

// Emulators that do not register under QEMU's names.
const OTHER_EMULATORS: Readonly<Record<string, string>> = {
  rosetta: 'amd64',
  'FEX-x86_64': 'amd64',
  'FEX-x86': '386',
  box64: 'amd64',
};

// A handler can be switched off and stay in the list.
async function isEnabled(path: string, files: Files): Promise<boolean> {
  return (await ifPossible(() => files.readText(path)))?.startsWith('disabled') !== true;
}
