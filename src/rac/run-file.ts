import { join } from 'node:path';
import { asObject, parseJson } from '../engine/json.js';
import type { Files } from '../io/files.js';
import type { Host } from '../io/host.js';
import { processFacts } from '../io/process-facts.js';

/** The service that runs in a home folder: its process, and where it answers. */
export type RunFile = {
  readonly pid: number;
  /** Tells the process from a later one with its number. */
  readonly mark: string | null;
  /** `http://127.0.0.1:5090`. */
  readonly url: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
};

/** What the service wrote when it began to listen; null when that process is gone. */
export async function readRunFile(home: string, { files, host }: RunFileDeps): Promise<RunFile | null> {
  const run = runOf(asObject(parseJson((await files.readText(runPath(home))) ?? '')));
  if (run === null) return null;
  const facts = await processFacts(run.pid, { platform: host.platform, files });
  return facts.alive && facts.mark === run.mark ? run : null;
}

export async function writeRunFile(
  home: string,
  url: string,
  deps: RunFileDeps & { readonly now: number },
): Promise<void> {
  const { pid, platform } = deps.host;
  const { mark } = await processFacts(pid, { platform, files: deps.files });
  const run: RunFile = { pid, mark, url, startedAt: deps.now };
  await deps.files.writeText(runPath(home), `${JSON.stringify(run)}\n`, 0o600);
}

export async function removeRunFile(home: string, files: Files): Promise<void> {
  await files.removeFile(runPath(home));
}

export type RunFileDeps = { readonly files: Files; readonly host: Pick<Host, 'pid' | 'platform'> };

function runPath(home: string): string {
  return join(home, 'run.json');
}

function runOf({ pid, mark, url, startedAt }: Readonly<Record<string, unknown>>): RunFile | null {
  if (typeof pid !== 'number' || typeof url !== 'string') return null;
  return { pid, mark: typeof mark === 'string' ? mark : null, url, startedAt: Number(startedAt) };
}
