import { homedir, tmpdir } from 'node:os';

/** What podctl knows of the machine and process it runs in; read once, passed down. */
export type Host = {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly home: string;
  readonly tmp: string;
  /** null on Windows. */
  readonly uid: number | null;
  readonly gid: number | null;
  readonly arch: string;
  readonly pid: number;
};

/** Read the facts of a running process. */
export function realHost(process: NodeJS.Process): Host {
  return {
    platform: process.platform,
    env: process.env,
    cwd: process.cwd(),
    home: homedir(),
    tmp: tmpdir(),
    uid: process.getuid?.() ?? null,
    gid: process.getgid?.() ?? null,
    arch: process.arch,
    pid: process.pid,
  };
}
