import type { Command } from 'commander';
import { resolvePath } from '../../core/path.js';
import { formatPlace } from '../../core/place.js';
import { escapeControl } from '../../core/text.js';
import { type Audit, auditRefusal } from '../../plan/audit.js';
import { refusalError } from '../../plan/refusal.js';
import { chooseCommand, chooseProfile, type ProfileCommand } from '../choose-profile.js';
import type { Context } from '../context.js';
import { chooseEngine } from '../engine-choice.js';
import { type Flags, makeCommand } from '../parser.js';
import { flavourOf } from '../project.js';
import { auditRun } from '../run/audit.js';
import { type RunOptions, readRunOptions } from '../run/options.js';
import { draftCommand, runSite } from '../run/site.js';
import { buildWanted } from '../run/wanted.js';
import { formatTable } from '../ui/table.js';

export type AuditOptions = RunOptions & {
  readonly profile: string | undefined;
  /** null: every command of the profile. */
  readonly command: string | null;
};

/** `podctl audit [COMMAND]`. */
export function defineAudit(context: Context): Command {
  return makeCommand(
    {
      name: 'audit',
      about:
        'list everything of this machine that can be reached from inside, and why; 77 when a public mode shows too much',
      flags: ['mode', 'config', 'mount', 'env', 'envFile', 'image', 'tag', 'json', 'engine', 'via', 'profile'],
      examples: ['podctl audit -m public', 'podctl audit server --mount type=bind,source=/data,target=/data --json'],
    },
    context.world.streams,
  )
    .argument('[COMMAND]', 'command of the profile; all of them when left out')
    .action((command: string | undefined, flags: Flags) => {
      const { json, ...rest } = flags;
      // Nothing starts, so no source is asked for its value.
      const options = { ...readRunOptions(rest, [], context.purpose), dryRun: true, json: json === true };
      return context.finish(runAudit({ ...options, profile: flags.profile, command: command ?? null }, context));
    });
}

/** Print what is reachable; throws REFUSED with the violations. */
export async function runAudit(options: AuditOptions, context: Context): Promise<number> {
  const targets = await targetsOf(options, context);
  const [first] = targets;
  if (first === undefined) return 0;
  const drafts = await Promise.all(targets.map((target) => draftCommand(target, options, context)));
  const { project } = first;
  const found = await chooseEngine({ wanted: options.engine, project, purpose: 'plan' }, context);
  const audits = await Promise.all(
    targets.map(async (target, index) => {
      const draft = drafts[index];
      if (draft === undefined) return [];
      const site = await runSite({ target, options, draft, found }, context);
      return [await auditRun(await buildWanted(site, context), site, context)];
    }),
  );
  const all = await withLines(joined(audits.flat()), context);
  const commands = targets.map(({ name }) => name);
  if (options.json) context.output.json({ profile: first.loaded.name, commands, ...toJson(all) });
  else print(all, commands, context);
  const refusal = auditRefusal(all);
  if (refusal !== null) throw refusalError(refusal);
  return 0;
}

async function targetsOf(
  { command, profile, mode }: AuditOptions,
  { world }: Context,
): Promise<readonly ProfileCommand[]> {
  if (command !== null) return [await chooseCommand(command, profile, world)];
  const chosen = await chooseProfile(profile, world, { mode });
  return Object.entries(chosen.loaded.profile.commands).map(([name, value]) => ({ ...chosen, name, command: value }));
}

async function withLines(audit: Audit, { world }: Context): Promise<Audit> {
  const { placeProblems } = await import('../../profile/placement.js');
  const read = (file: string) => world.files.readText(resolvePath(world.host.cwd, file, flavourOf(world.host)));
  return { ...audit, violations: await placeProblems(audit.violations, read) };
}

// Commands of one profile mostly share their mounts: each thing is told once.
function joined(audits: readonly Audit[]): Audit {
  return {
    mode: audits[0]?.mode ?? null,
    exposure: audits[0]?.exposure ?? null,
    reachable: unique(audits.flatMap(({ reachable }) => reachable)),
    violations: unique(audits.flatMap(({ violations }) => violations)),
    notes: unique(audits.flatMap(({ notes }) => notes)),
  };
}

function unique<T>(items: readonly T[]): readonly T[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}

function toJson({ violations, ...audit }: Audit) {
  return {
    ...audit,
    violations: violations.map(({ message, hint, at }) => ({
      message,
      hint,
      at: at === undefined ? undefined : formatPlace(at),
    })),
  };
}

function print(audit: Audit, commands: readonly string[], { output }: Context): void {
  const rows = audit.reachable.map(({ kind, source, real, target, access, why }) => [
    source === '' ? '-' : source,
    real === null || real === source ? '' : real,
    target,
    access,
    kind,
    why,
  ]);
  output.text(formatTable(['SOURCE', 'REALLY', 'INSIDE', 'ACCESS', 'KIND', 'WHY'], rows));
  const mode = audit.mode === null ? 'no mode' : `mode ${audit.mode}`;
  output.note(`note: ${mode}, exposure ${audit.exposure ?? 'not declared'}; commands ${commands.join(', ')}`);
  for (const note of audit.notes) output.note(`note: ${escapeControl(note)}`);
}
