// @ts-check
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** @typedef {{ readonly systemd: boolean, readonly unifiedCgroups: boolean, readonly mayRaiseLimits: boolean }} Machine */

/**
 * What decides whether podman works here as it comes.
 * @returns {Machine}
 */
export function lookAtMachine() {
  return {
    systemd: existsSync('/run/systemd/system'),
    unifiedCgroups: existsSync('/sys/fs/cgroup/cgroup.controllers'),
    mayRaiseLimits: hasSysResource(readFileSync('/proc/self/status', 'utf8')),
  };
}

/**
 * Whether CAP_SYS_RESOURCE (bit 24) is among the effective capabilities in the text of /proc/PID/status.
 * @param {string} status
 */
export function hasSysResource(status) {
  const mask = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  return mask !== undefined && ((BigInt(`0x${mask}`) >> 24n) & 1n) === 1n;
}

/**
 * The settings podman needs on this machine; an empty text when it needs none.
 * @param {Machine} machine
 */
export function containersConf(machine) {
  const containers = machine.mayRaiseLimits ? [] : ['default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]'];
  // crun refuses hybrid cgroups; runc takes them.
  const runtime = machine.unifiedCgroups ? [] : ['runtime = "runc"'];
  // Without systemd there is no journal to log to and no manager to ask for cgroups.
  const engine = machine.systemd ? runtime : [...runtime, 'cgroup_manager = "cgroupfs"', 'events_logger = "file"'];
  return [...section('containers', containers), ...section('engine', engine)].join('\n');
}

/**
 * Writes the settings, when there are any, and names the file for podman and everything it starts.
 * @param {string} path
 * @param {number} mode
 * @returns {Readonly<Record<string, string>>} an environment
 */
export function containersConfEnv(path, mode) {
  const own = process.env['CONTAINERS_CONF'];
  if (own !== undefined && own !== '') return { CONTAINERS_CONF: own };
  const text = containersConf(lookAtMachine());
  if (text === '') return {};
  writeFileSync(path, text, { mode });
  return { CONTAINERS_CONF: path };
}

/**
 * @param {string} name
 * @param {readonly string[]} lines
 */
function section(name, lines) {
  return lines.length === 0 ? [] : [`[${name}]`, ...lines, ''];
}
