import { type Capability, OLDEST } from './capability.js';
import { entries, NOWHERE, word } from './capability-uses.js';
import type { EngineFacts } from './facts.js';

// Podman before 5 refuses keep-id for root, and later ones only imitate it: there is no user to keep.
function needsRootless({ rootless }: EngineFacts): string | null {
  return rootless ? null : 'it needs rootless podman';
}

export const GROUPS_CAPABILITIES: readonly Capability[] = [
  { option: 'groups', uses: entries('groups', (group) => group !== 'keep-groups'), since: OLDEST },
  {
    option: 'groups = ["keep-groups"]',
    uses: entries('groups', (group) => group === 'keep-groups'),
    since: { docker: null, podman: '3.4', nerdctl: null, 'podman-hpc': '3.4' },
    instead: 'name the groups by their numbers',
  },
];

export const USERNS_CAPABILITIES: readonly Capability[] = [
  {
    option: 'userns = "host"',
    uses: word('userns', (mode) => mode === 'host'),
    since: { docker: '20.10', podman: '3.4', nerdctl: null, 'podman-hpc': null },
    instead: 'take userns out',
  },
  {
    option: 'userns = "keep-id"',
    uses: word('userns', (mode) => mode === 'keep-id'),
    since: { docker: null, podman: '3.4', nerdctl: null, 'podman-hpc': null },
    unless: needsRootless,
    instead: 'write user = "host": podctl then chooses what this engine has for it',
    note: 'rootless podman only',
  },
  {
    option: 'userns = "keep-id:uid=…,gid=…"',
    uses: word('userns', (mode) => mode.startsWith('keep-id:')),
    since: { docker: null, podman: '4.3', nerdctl: null, 'podman-hpc': null },
    unless: needsRootless,
    instead: 'write user = "host": podctl then chooses what this engine has for it',
    note: 'rootless podman only',
  },
  {
    option: 'userns = "nomap"',
    uses: word('userns', (mode) => mode === 'nomap'),
    since: { docker: null, podman: '4.3', nerdctl: null, 'podman-hpc': null },
    unless: needsRootless,
    instead: 'take userns out',
    note: 'rootless podman only',
  },
  {
    option: 'userns = "auto", "container:…", "ns:…"',
    uses: word('userns', (mode) => /^(auto|container:|ns:)/.test(mode)),
    since: { docker: null, podman: '3.4', nerdctl: null, 'podman-hpc': null },
    instead: 'take userns out, or use podman',
  },
  {
    option: 'userns: any other word',
    uses: word('userns', (mode) => !/^(host$|keep-id(:|$)|nomap$|auto|container:|ns:)/.test(mode)),
    since: NOWHERE,
    instead: 'write host, keep-id, auto or nomap, or take userns out',
  },
];

export const SECURITY_CAPABILITIES: readonly Capability[] = [
  {
    option: 'security: no-new-privileges, seccomp, apparmor',
    uses: entries('security', (option) => /^(no-new-privileges|seccomp|apparmor)([=:]|$)/.test(option)),
    since: OLDEST,
  },
  {
    // The program sends the file's content.
    option: 'security: seccomp=FILE',
    uses: entries('security', (option) => /^seccomp[=:](?!unconfined$|builtin$)/.test(option)),
    since: OLDEST,
    api: { docker: null },
    instead: 'run with --via cli',
  },
  {
    option: 'security: label=…',
    uses: entries('security', (option) => /^label[=:]/.test(option)),
    since: { docker: '20.10', podman: '3.4', nerdctl: null, 'podman-hpc': '3.4' },
    instead: 'take it out: nerdctl does not label containers',
  },
  {
    option: 'security: mask, unmask, proc-opts',
    uses: entries('security', (option) => /^(mask|unmask|proc-opts)[=:]/.test(option)),
    since: { docker: null, podman: '3.4', nerdctl: null, 'podman-hpc': '3.4' },
    instead: 'use podman',
  },
  {
    option: 'security: systempaths',
    uses: entries('security', (option) => /^systempaths[=:]/.test(option)),
    since: { docker: '20.10', podman: '4.3', nerdctl: null, 'podman-hpc': '4.3' },
    instead: 'on podman write unmask=ALL',
  },
  {
    option: 'security: anything else',
    uses: entries(
      'security',
      (option) => !/^(no-new-privileges|seccomp|apparmor|label|mask|unmask|proc-opts|systempaths)([=:]|$)/.test(option),
    ),
    since: NOWHERE,
    instead: 'take it out; podctl does not know what it means',
  },
];

export const PID_CAPABILITIES: readonly Capability[] = [
  { option: 'pid = "host" or "container:…"', uses: word('pid', isCommonPid), since: OLDEST },
  {
    option: 'pid = "private" or "ns:…"',
    uses: word('pid', (mode) => !isCommonPid(mode)),
    since: { docker: null, podman: '3.4', nerdctl: null, 'podman-hpc': '3.4' },
    instead: 'take pid out: a namespace of its own is the default',
  },
];

export const IPC_CAPABILITIES: readonly Capability[] = [
  { option: 'ipc = "host", "private", "shareable" or "container:…"', uses: word('ipc', isCommonIpc), since: OLDEST },
  {
    option: 'ipc = "none"',
    uses: word('ipc', (mode) => mode === 'none'),
    since: { docker: '20.10', podman: '4.3', nerdctl: null, 'podman-hpc': '4.3' },
    instead: 'write ipc = "private"',
  },
  {
    option: 'ipc = "ns:…"',
    uses: word('ipc', (mode) => mode !== 'none' && !isCommonIpc(mode)),
    since: { docker: null, podman: '3.4', nerdctl: null, 'podman-hpc': '3.4' },
    instead: 'write ipc = "container:NAME"',
  },
];

function isCommonPid(mode: string): boolean {
  return /^(host|container:.+)$/.test(mode);
}

function isCommonIpc(mode: string): boolean {
  return /^(host|private|shareable|container:.+)$/.test(mode);
}
