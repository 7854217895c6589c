import { resolvePath } from '../../core/path.js';
import { Secret } from '../../core/secret.js';
import { stateDir } from '../../io/state-dir.js';
import type { PreflightProblem } from '../../plan/preflight.js';
import type { ResolvedData } from '../../profile/resolve-data.js';
import { litestreamBeside, type Sidecar } from '../../spec/litestream.js';
import type { ContainerSpec } from '../../spec/spec.js';
import type { Context } from '../context.js';
import { flavourOf } from '../project.js';
import type { RunSite, Wanted } from './wanted.js';

export type Sidecars = { readonly sidecars: readonly Sidecar[]; readonly problems: readonly PreflightProblem[] };

type Question = {
  readonly entries: readonly ResolvedData[];
  readonly spec: ContainerSpec;
  readonly wanted: Wanted;
};

/** What runs beside the application for its data: Litestream, where an entry asks for it. */
export async function sidecarsOf(question: Question, site: RunSite, context: Context): Promise<Sidecars> {
  const all = await Promise.all(question.entries.map((entry) => sidecarOf(entry, question, { site, context })));
  return {
    sidecars: all.flatMap(({ sidecars }) => sidecars),
    problems: all.flatMap(({ problems }) => problems),
  };
}

const NONE: Sidecars = { sidecars: [], problems: [] };

async function sidecarOf(
  { key, litestream, file, mount }: ResolvedData,
  { spec, wanted }: Question,
  { site, context }: { readonly site: RunSite; readonly context: Context },
): Promise<Sidecars> {
  if (litestream === null || file === null) return NONE;
  const { host } = context.world;
  const { found, observer, draft } = site;
  const keyOf = (name: string): Secret | null => {
    const value = draft.variables[name]?.value ?? '';
    return value === '' ? null : new Secret(value);
  };
  const keys = { access: keyOf(litestream.accessKey), secret: keyOf(litestream.secretKey) };
  const beside = litestreamBeside({
    key,
    app: spec,
    litestream,
    file: file.inside,
    mount: mount.key,
    user: numeric(spec.user ?? wanted.image?.user ?? ''),
    keys,
    configPath: resolvePath(stateDir(host), `litestream/${spec.name}-${key}.yml`, flavourOf(host)),
    selinux: found.facts.selinux,
  });
  const half = (keys.access === null) !== (keys.secret === null);
  const missing = keys.access === null ? litestream.accessKey : litestream.secretKey;
  const asked = found.facts.assumed ? null : observer;
  const names = [beside.restore.name, beside.replicate.name];
  const there = await Promise.all(names.map(async (name) => ((await asked?.container(name)) ?? null) !== null));
  return {
    sidecars: [
      {
        ...beside,
        pull: asked !== null && (await asked.image(litestream.image)) === null,
        stale: names.filter((_, index) => there[index]),
      },
    ],
    problems: half ? [halfProblem(key, missing)] : [],
  };
}

function numeric(user: string): string | null {
  return /^\d+(:\d+)?$/.test(user) ? user : null;
}

function halfProblem(key: string, name: string): PreflightProblem {
  const message = `data \`${key}\`: Litestream has one key of its store, and \`${name}\` is not set`;
  return {
    code: 'BAD_DATA',
    problem: { message, hint: 'set both variables, or neither where the machine has a role' },
  };
}
