import type { Finding } from './finding.js';

/** What doctor looks at, in the order of its report. */
export const CHECKS = {
  engine: 'which engines answer, and which one podctl uses',
  addresses: 'DOCKER_HOST, contexts and sockets that lead nowhere',
  provider: 'the program that runs compose files',
  project: 'whether profile, compose files and variables can be read',
  disk: 'room where the engine and the project keep files, and what could be freed',
  storage: 'how the engine stores images, and user namespace remapping',
  ports: 'who holds the ports that the project wants',
  data: 'which server wrote a data folder, and which one would start on it',
  scripts: 'Windows line endings in scripts that are mounted into containers',
  dns: 'names inside containers',
  clock: "the engine's clock against this machine's",
  rootless: 'ranges of ids, lingering, runtime folder and cgroups for rootless engines',
  health: 'who runs health checks',
  selinux: 'SELinux and the folders that are mounted',
  inotify: 'how many files may be watched',
  proxy: 'proxy variables of this shell, the engine and its containers',
  logins: 'programs that keep registry logins',
  state: "podctl's own folder, and what it keeps for undo",
} as const satisfies Record<string, string>;

export type CheckName = keyof typeof CHECKS;

/** What one check found. */
export type CheckReport = { readonly check: CheckName; readonly findings: readonly Finding[] };

/** The check of that name, or undefined. */
export function findCheck(name: string): CheckName | undefined {
  return checkNames().find((known) => known === name);
}

/** All checks, in the order of the report. */
export function checkNames(): readonly CheckName[] {
  return Object.keys(CHECKS).filter((name): name is CheckName => Object.hasOwn(CHECKS, name));
}

/** How many findings of a level there are. */
export function countOf(reports: readonly CheckReport[], level: Finding['level']): number {
  return reports.flatMap(({ findings }) => findings).filter((finding) => finding.level === level).length;
}
