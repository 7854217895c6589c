import { PodctlError } from '../../core/errors.js';
import { resolvePath } from '../../core/path.js';
import { breaks } from '../../profile/contract-rule.js';
import { isSecretVariable } from '../../profile/contract-source.js';
import { parseDotenv } from '../../profile/dotenv.js';
import {
  type DraftVariable,
  draftEnvFile,
  type EnvFileDraft,
  type EnvFileParts,
  fillEnvFile,
  shownText,
} from '../../profile/env-file-plan.js';
import { envFilesOf } from '../../profile/resolve.js';
import { type Chosen, chooseProfile } from '../choose-profile.js';
import type { Context } from '../context.js';
import type { Flags } from '../parser.js';
import { shownPath } from '../profiles.js';
import { findProject, flavourOf } from '../project.js';
import { hostNames, processVariables } from '../run/variables.js';
import { askAll, type Question } from '../ui/questions.js';
import { findSample } from './sample.js';
import { checkUnchanged, readTarget, type Target } from './target.js';

/** Where the file stands, and what it is made from. */
type Desk = { readonly path: string; readonly target: Target | null; readonly parts: EnvFileParts };

type Filled = { readonly values: Readonly<Record<string, string>>; readonly generated: ReadonlySet<string> };

/** `podctl env init`: write the env file from a sample and the contract; what is there is kept. */
export async function envInit(flags: Flags, context: Context): Promise<number> {
  const desk = await openDesk(flags, context);
  const file = shownPath(desk.path, context.world.host);
  const draft = draftEnvFile(desk.parts);
  const made = await generate(draft);
  const answers = asks(flags, context) ? await askAll(questionsFor(draft, made), context.world.streams) : {};
  if (answers === null) {
    context.output.note('given up; nothing was written');
    return 130;
  }
  const filled: Filled = { values: { ...made, ...answers }, generated: new Set(Object.keys(made)) };
  const text = fillEnvFile(draft, filled.values);
  // A file that podctl could not read afterwards is not written.
  parseDotenv({ file, text }, processVariables(context.world.host));
  const changed = text !== desk.target?.text || desk.target.open;
  if (flags.dryRun !== true && changed) {
    await checkUnchanged(desk.path, desk.target, context.world);
    await context.world.files.writeText(desk.path, text, 0o600);
  }
  report({ file, draft, filled, changed }, flags, context);
  return 0;
}

async function openDesk(flags: Flags, { world }: Context): Promise<Desk> {
  const flavour = flavourOf(world.host);
  const chosen = await chosenOrNone(flags, world);
  const { root } = chosen?.project ?? (await findProject(world.host, world.files));
  const path =
    flags.file === undefined ? standardPath(chosen, root, world) : resolvePath(world.host.cwd, flags.file, flavour);
  const target = await readTarget(path, world);
  const sample = (await findSample(flags.from, root, world)) ?? (await fromStack(flags, world));
  if (chosen === null && sample === null) throw nothingToBeginWith();
  return {
    path,
    target,
    parts: { existing: target?.text ?? null, sample, contract: chosen?.loaded.profile.env ?? {} },
  };
}

// A project with a sample needs no profile.
async function chosenOrNone(flags: Flags, world: Context['world']): Promise<Chosen | null> {
  try {
    return await chooseProfile(flags.profile, world);
  } catch (error) {
    if (error instanceof PodctlError && error.code === 'USAGE' && flags.profile === undefined) return null;
    throw error;
  }
}

async function fromStack({ profile }: Flags, world: Context['world']): Promise<EnvFileParts['sample']> {
  const { sampleOfStack } = await import('./stack-sample.js');
  return sampleOfStack(profile, world);
}

function nothingToBeginWith(): PodctlError {
  return new PodctlError(
    'USAGE',
    'there is neither a profile nor a sample.env here, and no compose file that wants variables',
    {
      hint: 'say --profile NAME or --from FILE',
    },
  );
}

// The file that the profile reads first.
function standardPath(chosen: Chosen | null, root: string, { host }: Context['world']): string {
  const flavour = flavourOf(host);
  const names = hostNames(host, root);
  const request = { mode: null, command: null, variables: processVariables(host), names, flavour };
  const [first] = chosen === null ? [] : envFilesOf(chosen.loaded, request);
  return first?.path ?? resolvePath(root, '.env', flavour);
}

async function generate({ variables }: EnvFileDraft): Promise<Readonly<Record<string, string>>> {
  const wanted = variables.flatMap(({ name, variable, slot }) =>
    slot === null || variable?.generate === undefined ? [] : [{ name, variable, kind: variable.generate }],
  );
  if (wanted.length === 0) return {};
  const { parseRandomKind, randomText } = await import('../../io/random-text.js');
  return Object.fromEntries(
    wanted.flatMap(({ name, variable, kind }) => {
      const how = parseRandomKind(kind);
      const value = how === null ? null : randomText(how);
      // What breaks the rule of its own variable is worth nothing.
      return value === null || breaks(value, variable) !== null ? [] : [[name, value] as const];
    }),
  );
}

function asks(flags: Flags, { world }: Context): boolean {
  const { streams } = world;
  const quiet = flags.yes === true || flags.json === true || flags.dryRun === true;
  return !quiet && streams.isTerminal('stdin') && streams.isTerminal('stderr');
}

function questionsFor(
  { variables }: EnvFileDraft,
  made: Readonly<Record<string, string>>,
): Readonly<Record<string, Question>> {
  const open = variables.filter(({ name, slot }) => slot !== null && !Object.hasOwn(made, name));
  return Object.fromEntries(open.map((one) => [one.name, questionFor(one)]));
}

function questionFor({ name, variable }: DraftVariable): Question {
  const about = variable?.about === undefined ? '' : `: ${variable.about}`;
  const optional = variable?.required === true ? '' : ' (may stay empty)';
  return {
    message: `${name}${about}${optional}`,
    secret: variable !== null && isSecretVariable(variable),
    example: variable?.example,
    wrong: (answer) => {
      const broken = variable === null ? null : breaks(answer, variable);
      return broken === null ? null : (variable?.message ?? broken.sentence);
    },
  };
}

type Report = {
  readonly file: string;
  readonly draft: EnvFileDraft;
  readonly filled: Filled;
  readonly changed: boolean;
};

function report({ file, draft, filled, changed }: Report, flags: Flags, { output }: Context): void {
  const rows = draft.variables.map((one) => ({ ...one, state: stateOf(one, filled) }));
  const blank = rows.flatMap(({ name, state, variable }) =>
    state === 'blank' && (variable === null || variable.required === true) ? [name] : [],
  );
  const written = changed && flags.dryRun !== true;
  if (flags.json === true) {
    const variables = rows.map(({ name, state, variable }) => ({
      name,
      state,
      required: variable?.required === true,
      secret: variable === null || isSecretVariable(variable),
    }));
    output.json({ file, mode: '600', changed, written, variables, blank });
    return;
  }
  if (flags.dryRun === true) output.text(shownText(draft, filled.values));
  if (!changed) output.note(`${file} has everything already`);
  else output.note(written ? `wrote ${file}, for you alone to read` : `would write ${file}, mode 600`);
  if (filled.generated.size > 0) output.note(`generated: ${[...filled.generated].join(', ')}`);
  if (blank.length > 0) output.note(`still blank: ${blank.join(', ')}; fill them in, then run podctl env check`);
}

function stateOf({ name, slot }: DraftVariable, { values, generated }: Filled): string {
  if (slot === null) return 'kept';
  if (generated.has(name)) return 'generated';
  return Object.hasOwn(values, name) ? 'answered' : 'blank';
}
