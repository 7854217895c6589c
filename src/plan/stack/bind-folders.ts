import { quote } from '../../core/shell.js';
import type { HostFacts } from '../../spec/facts.js';
import { knownData } from '../../spec/known-data.js';
import type { ComposeMount, ComposeService } from '../../spec/stack/model.js';
import { outsideId, type SubIds } from '../../spec/sub-ids.js';
import { helperRun } from '../clean/helper-run.js';
import type { PlanFrame } from '../run-input.js';
import type { ExecStep, FileStep, Step } from '../step.js';

/** A mounted folder as it stands; null: nothing is there. `kind` other: it is no folder. */
export type BindFacts = {
  readonly kind: 'directory' | 'other';
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
} | null;

export type BindQuestion = PlanFrame & {
  readonly services: readonly ComposeService[];
  /** By path of the host. */
  readonly folders: Readonly<Record<string, BindFacts | undefined>>;
  /** USER of each image by its name, empty for root; images that are not there are left out. */
  readonly imageUsers: Readonly<Record<string, string | undefined>>;
  readonly host: Pick<HostFacts, 'uid' | 'platform'>;
  /** Numbers that a rootless engine gives containers of this user. */
  readonly subIds: { readonly users: SubIds; readonly groups: SubIds };
  /** Value of the project's label. */
  readonly project: string;
};

/** Steps before the start, and what would fail on permissions all the same, with the command that mends it. */
export type BindPlan = {
  readonly steps: readonly Step[];
  readonly warnings: readonly { readonly message: string; readonly hint: string }[];
};

/** Folders that bind mounts need, made before the engine makes them as root, and owned by who writes there. */
export function planBindFolders(question: BindQuestion): BindPlan {
  const plans = new Map<string, BindPlan>();
  for (const service of question.services) {
    for (const mount of service.mounts) {
      const { type, source } = mount;
      if (type !== 'bind' || source === null || plans.has(source)) continue;
      plans.set(source, planOne({ service, mount, source }, question));
    }
  }
  const all = [...plans.values()];
  return { steps: all.flatMap(({ steps }) => steps), warnings: all.flatMap(({ warnings }) => warnings) };
}

type Bind = { readonly service: ComposeService; readonly mount: ComposeMount; readonly source: string };
type Numbers = { readonly uid: number; readonly gid: number };

const NOTHING: BindPlan = { steps: [], warnings: [] };

function planOne(bind: Bind, question: BindQuestion): BindPlan {
  const there = question.folders[bind.source];
  // What this user may not look at is left to the engine.
  if (there === undefined) return NOTHING;
  if (there !== null) return { steps: [], warnings: there.kind === 'directory' ? judge(bind, there, question) : [] };
  return bind.mount.createsSource && !looksLikeFile(bind) ? missing(bind, question) : NOTHING;
}

function judge(bind: Bind, there: NonNullable<BindFacts>, question: BindQuestion): BindPlan['warnings'] {
  const user = startsAs(bind, question);
  if (bind.mount.readOnly || user === null || user.uid === 0) return [];
  const outside = outsideOf(user, question);
  return outside === null || mayWrite(there, outside) ? [] : [unwritable(bind, user, question)];
}

// A folder in the place of a file would be no help; what the engine says then is plain enough.
function looksLikeFile({ source, mount }: Bind): boolean {
  const end = /\.[A-Za-z0-9]+$/.exec(source.slice(source.lastIndexOf('/') + 1))?.[0];
  return end !== undefined && end !== source.slice(source.lastIndexOf('/') + 1) && mount.target.endsWith(end);
}

function missing(bind: Bind, question: BindQuestion): BindPlan {
  const { source, service } = bind;
  const why = `service ${service.name} mounts it; the engine would make it as root`;
  const user = writesAs(bind, question);
  const outside = user === null ? null : outsideOf(user, question);
  if (question.host.uid === 0) return { steps: [mkdir(source, outside, why)], warnings: [] };
  const made = mkdir(source, null, why);
  if (user === null || outside === null || outside.uid === question.host.uid) return { steps: [made], warnings: [] };
  const image = service.image !== null && question.imageUsers[service.image] !== undefined ? service.image : null;
  if (image !== null) return { steps: [made, give({ source, image, user }, question)], warnings: [] };
  // One that begins as root gives the folder away by itself.
  const isRoot = (startsAs(bind, question)?.uid ?? 0) === 0;
  return { steps: [made], warnings: isRoot ? [] : [unwritable(bind, user, question)] };
}

// Who runs the program at first: as the compose file says, else as the image does. null: only the image knows its number.
function startsAs({ service }: Bind, { imageUsers }: BindQuestion): Numbers | null {
  const user = service.user ?? (service.image === null ? undefined : imageUsers[service.image]);
  if (user === undefined) return null;
  if (/^(|root|0+)(:.*)?$/.test(user)) return { uid: 0, gid: 0 };
  const [, uid = '', gid = uid] = /^(\d+)(?::(\d+))?$/.exec(user) ?? [];
  return uid === '' ? null : { uid: Number(uid), gid: Number(gid) };
}

// A database server that begins as root changes to its own user.
function writesAs(bind: Bind, question: BindQuestion): Numbers | null {
  const known = bind.service.image === null ? null : knownData(bind.service.image);
  const first = startsAs(bind, question);
  const isData = known !== null && bind.mount.target.startsWith(known.target);
  if (isData && (first === null || first.uid === 0)) return { uid: known.uid, gid: known.gid };
  return first;
}

// In a virtual machine, and where nobody can tell, the engine's own mapping is left to do it.
function outsideOf(user: Numbers, { engine, host, subIds }: BindQuestion): Numbers | null {
  if (engine.usernsRemap || engine.vm || host.platform !== 'linux') return null;
  if (!engine.rootless) return user;
  const uid = outsideId(user.uid, subIds.users);
  const gid = outsideId(user.gid, subIds.groups);
  return uid === null || gid === null ? null : { uid, gid };
}

function mayWrite({ uid, gid, mode }: NonNullable<BindFacts>, user: Numbers): boolean {
  if (uid === user.uid) return (mode & 0o200) !== 0;
  return (mode & (gid === user.gid ? 0o020 : 0o002)) !== 0;
}

function mkdir(path: string, owner: Numbers | null, why: string): FileStep {
  const step: FileStep = { do: 'file', action: 'mkdir', path, mode: null, content: null, always: false, why };
  return owner === null ? step : { ...step, owner };
}

type Gift = { readonly source: string; readonly image: string; readonly user: Numbers };

function give({ source, image, user }: Gift, question: BindQuestion): ExecStep {
  const argv = helperRun(question, {
    image,
    on: { type: 'bind', source },
    program: 'chown',
    args: [`${user.uid}:${user.gid}`],
    project: question.project,
  });
  const tokens = argv.map((text) => ({ text, at: 'rule/verb' }));
  return {
    do: 'exec',
    argv,
    env: {},
    output: 'quiet',
    why: 'only a container may give it to the user who writes there',
    tokens,
  };
}

function unwritable(
  { service, source }: Bind,
  user: Numbers,
  { engine, connection }: BindQuestion,
): BindPlan['warnings'][number] {
  const owner = `${user.uid}:${user.gid}`;
  const command =
    engine.rootless && engine.name === 'podman'
      ? `${connection.program} unshare chown ${owner} ${quote(source, 'sh')}`
      : `sudo chown ${owner} ${quote(source, 'sh')}`;
  return { message: `service ${service.name} runs as user ${user.uid} and may not write to ${source}`, hint: command };
}
