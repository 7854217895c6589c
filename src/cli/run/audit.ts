import type { World } from '../../io/world.js';
import { type Audit, type AuditInput, audit, auditFolders, auditQuestions, auditVolumes } from '../../plan/audit.js';
import type { AuditAnswers } from '../../plan/host-answers.js';
import type { VolumeFacts } from '../../spec/facts.js';
import { secretMounts } from '../../spec/secret-mount.js';
import type { ContainerSpec } from '../../spec/spec.js';
import type { Context } from '../context.js';
import { answerAllowedPaths, answerPaths, readMountTable } from './answers.js';
import { hostFacts } from './identity.js';
import type { RunSite, Wanted } from './wanted.js';

/** What of the host can be reached from inside. It looks at mounts and links on the way to them and walks no tree. */
export async function auditRun({ spec, built }: Wanted, site: RunSite, { world }: Context): Promise<Audit> {
  const { draft, found } = site;
  const input: AuditInput = {
    // A mounted secret is a path of this host like any other.
    spec: { ...spec, mounts: [...spec.mounts, ...secretMounts(spec.secrets)] },
    mode: draft.resolved.mode,
    host: hostFacts(world.host),
    engine: found.facts,
    address: found.connection.address,
    readFiles: draft.readFiles,
    origins: built.origins,
    project: site.project.root,
  };
  return auditWith(input, await askVolumes(spec, site), world);
}

/** Look at the host for one audit, and judge. */
export async function auditWith(input: AuditInput, volumes: AuditAnswers['volumes'], world: World): Promise<Audit> {
  const known = { volumes, mountTable: await readMountTable(world) };
  const paths = {
    ...(await answerAllowedPaths(auditFolders(known.volumes), world)),
    ...(await answerPaths(auditQuestions(input, known), world)),
  };
  return audit(input, { ...known, paths });
}

/** What the engine knows of the named volumes of a container; nothing where no engine answers. */
export async function askVolumes(
  spec: Pick<ContainerSpec, 'mounts'>,
  { found, observer }: Pick<RunSite, 'found' | 'observer'>,
): Promise<Readonly<Record<string, VolumeFacts | null>>> {
  if (found.facts.assumed) return {};
  const answers = await Promise.all(
    auditVolumes(spec).map(async (name) => [name, await observer.volume(name)] as const),
  );
  return Object.fromEntries(answers);
}
