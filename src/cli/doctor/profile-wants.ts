import { PodctlError, type Problem } from '../../core/errors.js';
import { formatPlace } from '../../core/place.js';
import type { FoundEngine, Observer } from '../../engine/engine.js';
import { type Finding, note, problem, warning } from '../../plan/doctor/finding.js';
import type { Chosen, ProfileCommand } from '../choose-profile.js';
import type { Context } from '../context.js';
import { lookAtData } from '../run/data.js';
import type { RunOptions } from '../run/options.js';
import { draftCommand, runSite } from '../run/site.js';
import { buildWanted, type Wanted } from '../run/wanted.js';
import { placed } from '../ui/error.js';
import { joinWants, NO_WANTS, type Wants } from './wants.js';

type Asking = {
  readonly chosen: Chosen;
  readonly options: RunOptions;
  readonly found: FoundEngine;
};

/** What the commands of a profile want. Nothing of them is started; a command that cannot be prepared says why. */
export async function profileWants(asking: Asking, context: Context): Promise<Wants> {
  const { chosen } = asking;
  const commands = Object.entries(chosen.loaded.profile.commands);
  const remembered = new Map<string, ReturnType<Observer['image']>>();
  const parts = await Promise.all(
    commands.map(([name, command]) => commandWants({ ...chosen, name, command }, { asking, remembered }, context)),
  );
  return joinWants(parts);
}

type Around = { readonly asking: Asking; readonly remembered: Map<string, ReturnType<Observer['image']>> };

async function commandWants(target: ProfileCommand, around: Around, context: Context): Promise<Wants> {
  const { options, found } = around.asking;
  const warnings: Finding[] = [];
  // Its oddities are findings like any other, not words on stderr.
  const quiet: Context = {
    ...context,
    output: { ...context.output, note: (text) => warnings.push(note(text.replace(/^warning: /, ''))) },
  };
  try {
    const draft = await draftCommand(target, options, quiet);
    const site = await runSite({ target, options, draft, found }, quiet);
    const observer = { ...site.observer, image: once(site.observer, around.remembered) };
    const own = { ...site, observer };
    const wanted = await buildWanted(own, quiet);
    const data = found.facts.assumed ? null : await lookAtData(wanted, own, quiet);
    return {
      ...fromSpec(wanted, target.name),
      project: warnings,
      data: (data?.problems ?? []).map((one) => problemOf(one.problem)),
      looked: data === null ? [] : Object.keys(target.loaded.profile.data),
    };
  } catch (error) {
    if (!(error instanceof PodctlError)) throw error;
    return { ...NO_WANTS, project: [...warnings, await unprepared(target.name, error, context)] };
  }
}

// Commands mostly share their image.
function once(observer: Observer, remembered: Around['remembered']): Observer['image'] {
  return (ref) => {
    const known = remembered.get(ref) ?? observer.image(ref);
    remembered.set(ref, known);
    return known;
  };
}

function fromSpec({ spec }: Wanted, by: string): Omit<Wants, 'project' | 'data' | 'looked'> {
  return {
    ports: spec.ports.flatMap(({ key, address, hostPort, protocol }) =>
      hostPort === null || protocol !== 'tcp' ? [] : [{ key, address, port: hostPort, by }],
    ),
    binds: spec.mounts
      .filter(({ type }) => type === 'bind')
      .map(({ source, selinux }) => ({ source, by, label: selinux })),
    images: [spec.image],
    checked: spec.health === null ? [] : [by],
  };
}

function problemOf({ message, hint }: Problem): Finding {
  return problem(message, {
    why: 'the start is refused, or the data may be damaged',
    mend: hint ?? 'correct it there',
  });
}

async function unprepared(name: string, error: PodctlError, context: Context): Promise<Finding> {
  const told = await tellError(error, context);
  const [seen, mend] = [`\`${name}\` cannot be prepared: ${told.seen}`, told.mend];
  // What only the command line can say is no fault of the project.
  if (error.code === 'USAGE') return note(seen, { mend });
  return warning(seen, { why: 'its ports, mounts and data were not looked at, and it would not start', mend });
}

/** A profile that cannot be read: nothing of the project can be looked at. */
export async function unreadable(error: PodctlError, context: Context): Promise<Finding> {
  const why = 'no command of it runs, and what it wants of this machine was not looked at';
  const { seen, mend } = await tellError(error, context);
  return problem(seen, { why, mend });
}

async function tellError(error: PodctlError, { world }: Context) {
  const shown = await placed(error, world);
  const { message, problems, hint } = shown instanceof PodctlError ? shown : error;
  const parts = problems.map((one) => `${one.at === undefined ? '' : `${formatPlace(one.at)}: `}${one.message}`);
  return {
    seen: problems.length === 1 ? (parts[0] ?? message) : [message, ...parts].join('; '),
    mend: hint ?? problems.find((one) => one.hint !== undefined)?.hint ?? 'correct it there',
  };
}
