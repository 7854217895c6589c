import type { ContainerSpec } from '../spec/spec.js';
import { type Finding, finding } from './audit-mounts.js';
import { isHarmlessDevice } from './guarded-places.js';
import type { HostView } from './host-view.js';

/** What of a container is judged: everything that could reach the host. */
export type Audited = Pick<
  ContainerSpec,
  'mounts' | 'devices' | 'privileged' | 'pid' | 'ipc' | 'network' | 'capAdd' | 'security'
>;

/** Options, mounts aside, that let a container reach files of the host. */
export function judgeOptions(spec: Audited, view: HostView): readonly Finding[] {
  return [
    ...(spec.privileged ? [refused('privileged', '`privileged` gives the container every disk of the host')] : []),
    ...shared(spec),
    ...spec.devices.flatMap((device, index) =>
      isHarmlessDevice(view, device)
        ? []
        : [refused(`devices/${index}`, `the device \`${device}\` may give a way to files of the host`)],
    ),
    ...spec.capAdd.flatMap((name, index) => capability(name, index)),
    ...spec.security.flatMap((option, index) => security(option, index)),
  ];
}

const CAPABILITIES: Readonly<Record<string, string>> = {
  ALL: 'is every right at once',
  SYS_ADMIN: 'allows mounting the disks of the host',
  SYS_PTRACE: 'allows reading files through other processes',
  SYS_MODULE: 'allows loading code into the kernel',
  SYS_RAWIO: 'allows reading disks directly',
  SYS_BOOT: 'allows loading another kernel',
  DAC_READ_SEARCH: 'allows opening files of the host by their number',
  MKNOD: 'allows making disk devices',
  BPF: 'allows programs in the kernel',
  PERFMON: 'allows watching the memory of the kernel',
  CHECKPOINT_RESTORE: 'allows reading the memory of other processes',
  MAC_ADMIN: 'allows changing the rules that keep containers apart',
  MAC_OVERRIDE: 'allows passing over the rules that keep containers apart',
};

const UNCONFINED =
  /^(apparmor|seccomp|systempaths)[=:]unconfined$|^unmask[=:]|^label[=:]type:(spc_t|unconfined_t|container_runtime_t)$/i;

function shared(spec: Audited): readonly Finding[] {
  const found: Finding[] = [];
  if (isShared(spec.pid))
    found.push(refused('pid', `\`pid = ${spec.pid}\` shows other processes, and through /proc their files`));
  if (isShared(spec.ipc)) found.push(refused('ipc', `\`ipc = ${spec.ipc}\` shares memory with other processes`));
  if (isShared(spec.network)) {
    found.push(
      refused(
        'network',
        `\`network = ${spec.network}\` reaches the sockets of engines and services that listen on this host only`,
      ),
    );
  }
  return found;
}

function isShared(namespace: string | null): boolean {
  return namespace !== null && /^(host$|container:|ns:|pod:)/i.test(namespace);
}

function capability(name: string, index: number): readonly Finding[] {
  const plain = name.trim().toUpperCase().replace(/^CAP_/, '');
  const because = CAPABILITIES[plain];
  return because === undefined ? [] : [refused(`capAdd/${index}`, `the capability \`${name}\` ${because}`)];
}

function security(option: string, index: number): readonly Finding[] {
  if (!UNCONFINED.test(option.trim())) return [];
  return [
    refused(`security/${index}`, `the security option \`${option}\` takes away what keeps the container from the host`),
  ];
}

function refused(pointer: string, message: string): Finding {
  return finding(pointer, message, 'leave it out in a public mode');
}
