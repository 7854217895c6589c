import type { Files } from './files.js';
import type { Host } from './host.js';

export type ProgramQuestion = {
  readonly host: Pick<Host, 'platform' | 'env'>;
  readonly files: Files;
  /** Where a path that is not absolute starts. */
  readonly folder: string;
};

/** The path of a program as starting it would find it: by the variable PATH, or as it stands when it has a slash. null: it is not there. */
export async function findProgram(name: string, { host, files, folder }: ProgramQuestion): Promise<string | null> {
  const windows = host.platform === 'win32';
  const places = /[\\/]/.test(name) && (windows || name.includes('/')) ? [whole(name, folder)] : onPath(name, host);
  const endings = windows ? ['', ...(host.env['PATHEXT'] ?? '.COM;.EXE;.BAT;.CMD').split(';')] : [''];
  for (const place of places) {
    for (const ending of endings) {
      const stat = await files.stat(`${place}${ending}`);
      if (stat?.kind === 'file' && (windows || (stat.mode & 0o111) !== 0)) return `${place}${ending}`;
    }
  }
  return null;
}

function whole(name: string, folder: string): string {
  return /^([A-Za-z]:)?[\\/]/.test(name) ? name : `${folder}/${name}`;
}

function onPath(name: string, { platform, env }: ProgramQuestion['host']): readonly string[] {
  const path = env['PATH'] ?? env['Path'] ?? '';
  const folders = path.split(platform === 'win32' ? ';' : ':').filter((one) => one !== '');
  return folders.map((one) => `${one}/${name}`);
}
