import { Volume } from 'memfs';
import { type FsPromises, makeFiles } from '../../src/io/files.js';
import { pathFacts } from '../../src/io/path-facts.js';
import { type Audit, type AuditInput, audit, auditFolders, auditQuestions } from '../../src/plan/audit.js';
import type { AuditAnswers } from '../../src/plan/host-answers.js';
import type { VolumeFacts } from '../../src/spec/facts.js';
import type { ContainerSpec } from '../../src/spec/spec.js';
import { ENGINE, spec } from './plan-fixtures.js';

const ROOT_MOUNT = '1 0 8:1 / / rw - ext4 /dev/sda1 rw';

export const PUBLIC = {
  name: 'public',
  exposure: 'public',
  hidden: ['/data/redux'],
  shown: ['/data/redux/fuji', '/data/redux/iron'],
} as const;

/** Folders that every test host has: two public releases, two private ones, and the usual places. */
const FOLDERS = [
  '/data/redux/fuji/tiles',
  '/data/redux/iron',
  '/data/redux/daily/secret',
  '/data/redux/jura',
  '/data/other',
  '/home/me/project',
  '/proc/1',
  '/sys',
  '/dev/shm',
  '/run/user',
  '/var/lib/docker/volumes',
  '/srv',
];
const FILES = ['/home/me/project/config.toml', '/data/redux/daily/config.toml', '/data/redux/daily/.env'];

export type TestHost = {
  readonly mounts?: readonly string[] | null;
  readonly links?: Readonly<Record<string, string>>;
  readonly folders?: readonly string[];
  readonly volumes?: AuditAnswers['volumes'];
  readonly input?: Partial<AuditInput>;
};

/** Ask and judge as the command does, on a host in memory. */
export async function auditOn(host: TestHost, container: Partial<ContainerSpec>): Promise<Audit> {
  const disk = Volume.fromJSON({
    ...Object.fromEntries([...FOLDERS, ...(host.folders ?? [])].map((path) => [path, null])),
    ...Object.fromEntries(FILES.map((path) => [path, ''])),
  });
  for (const [path, target] of Object.entries(host.links ?? {})) disk.symlinkSync(target, path);
  const files = makeFiles(disk.promises as unknown as FsPromises);
  const input: AuditInput = {
    spec: spec(container),
    mode: PUBLIC,
    host: { platform: 'linux', uid: 1000, gid: 1000, home: '/home/me' },
    engine: ENGINE,
    address: 'unix:///var/run/docker.sock',
    readFiles: [],
    origins: {},
    project: '/home/me/project',
    ...host.input,
  };
  const mountTable = host.mounts === null ? null : [ROOT_MOUNT, ...(host.mounts ?? [])].join('\n');
  const known = { volumes: host.volumes ?? {}, mountTable };
  const paths = await Promise.all(
    [...auditFolders(known.volumes), ...auditQuestions(input, known)].map(async (path) => [
      path,
      await pathFacts(path, { files, mountPoints: new Set() }),
    ]),
  );
  return audit(input, { ...known, paths: Object.fromEntries(paths) });
}

/** What an engine says about a volume of the local driver. */
export function volumeFacts(name: string, options: Readonly<Record<string, string>>, driver = 'local'): VolumeFacts {
  return { name, driver, options, labels: {} };
}
