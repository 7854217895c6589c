import { quote } from '../../core/shell.js';
import type { EngineFacts } from '../../spec/facts.js';
import { type Finding, note, ok, orOk, warning } from './finding.js';

/** A mounted path of this machine; `label`: how the engine is told to label it, null where it is told nothing. */
export type LabelledBind = { readonly source: string; readonly by: string; readonly label: string | null };

export type SelinuxFacts = {
  readonly state: 'absent' | 'permissive' | 'enforcing';
  readonly engine: Pick<EngineFacts, 'name' | 'selinux'> | null;
  readonly binds: readonly LabelledBind[];
};

/** Whether SELinux will let containers at what is mounted into them. */
export function judgeSelinux({ state, engine, binds }: SelinuxFacts): readonly Finding[] {
  if (state === 'absent') return [ok('SELinux is not on')];
  if (state === 'permissive') return [ok('SELinux only reports, it refuses nothing')];
  if (engine === null) return [ok('SELinux is enforcing')];
  if (!engine.selinux) return [unlabelled(engine.name)];
  return orOk(
    binds.flatMap(judgeBind),
    `SELinux is enforcing, and ${engine.name} labels containers and what they mount`,
  );
}

function unlabelled(name: string): Finding {
  return note(`SELinux is enforcing, and ${name} does not label containers`, {
    why: 'containers run without its protection',
    mend: 'write "selinux-enabled": true in /etc/docker/daemon.json and restart docker',
  });
}

function judgeBind({ source, by, label }: LabelledBind): readonly Finding[] {
  if (label !== null) return [];
  return [
    warning(`${source} is mounted into \`${by}\` without a label of SELinux`, {
      why: 'unless it is already labelled container_file_t, the container gets "Permission denied"',
      mend: `selinux = "shared" on the mount (in a compose file :z); ls -dZ ${quote(source, 'sh')} shows the label that it has`,
    }),
  ];
}
