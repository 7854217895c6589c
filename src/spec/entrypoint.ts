import { PodctlError } from '../core/errors.js';
import { quoteAll } from '../core/shell.js';
import { type EntrypointForm, entrypointForm } from './entrypoint-form.js';
import type { RuleId } from './rules.js';
import { type ArgumentUse, argumentUse } from './shell-script.js';

export type EntrypointQuestion = {
  /** The entrypoint that will really run: the container's own, else the image's; undefined: no image was asked. */
  readonly entrypoint: readonly string[] | null | undefined;
  /** The profile's word for it. */
  readonly word: 'exec' | 'shell' | 'one-string' | 'none' | undefined;
  /** What the process must receive. */
  readonly args: readonly string[];
  /** For messages, for instance `desiapi:dev`. */
  readonly image: string;
};

/** What to append after the image so that the process receives the arguments. `rule` null: exactly these. */
export type EntrypointAnswer = {
  readonly args: readonly string[];
  /** Words put before the arguments. */
  readonly fillers: number;
  readonly rule: RuleId | null;
};

type ShellForm = Extract<EntrypointForm, { readonly form: 'shell' }>;

// Any word would do: a shell takes the first one after its script for its own name.
const FILLER = '--';

/**
 * Fit the arguments to the entrypoint's form. Throws PodctlError('UNAVAILABLE') when the entrypoint cannot pass all of them on,
 * with the line to write into the Dockerfile.
 */
export function fitArguments(question: EntrypointQuestion): EntrypointAnswer {
  const { args, entrypoint, word } = question;
  if (args.length === 0) return unchanged(args);
  if (entrypoint === undefined) return byWord(question);
  const form = entrypointForm(entrypoint);
  if (form.form === 'one-string') return asOneString(args);
  // A program may be a script that runs only its first argument: that can be seen from inside alone, so the profile's word counts.
  if (form.form !== 'shell') return form.form === 'exec' && word === 'one-string' ? asOneString(args) : unchanged(args);
  checkPassedOn(form, question);
  return form.after > 0 || argumentUse(form.script).fromZero ? unchanged(args) : filled(args);
}

function byWord({ args, word }: EntrypointQuestion): EntrypointAnswer {
  if (word === 'shell') return filled(args);
  return word === 'one-string' ? asOneString(args) : unchanged(args);
}

function unchanged(args: readonly string[]): EntrypointAnswer {
  return { args, fillers: 0, rule: null };
}

function filled(args: readonly string[]): EntrypointAnswer {
  return { args: [FILLER, ...args], fillers: 1, rule: 'entrypoint-shell-form' };
}

function asOneString(args: readonly string[]): EntrypointAnswer {
  return { args: [quoteAll(args, 'sh')], fillers: 0, rule: 'entrypoint-one-string' };
}

function checkPassedOn(form: ShellForm, { args, image }: EntrypointQuestion): void {
  const use = argumentUse(form.script);
  const refuse = (what: string): PodctlError =>
    new PodctlError('UNAVAILABLE', `the entrypoint \`${shortened(form.script)}\` of \`${image}\` ${what}`, {
      hint: mendFor(form),
    });
  const places = placesOf(form, use);
  if (places < args.length) {
    const lost = args.slice(places).map((arg) => `\`${arg}\``);
    const kept = places === 0 ? 'passes no arguments on' : `passes only ${places} of ${args.length} arguments on`;
    throw refuse(`${kept}; lost would be ${lost.join(' ')}`);
  }
  if (use.all === 'joined' && args.length > 1) throw refuse('joins all arguments into one, because of its "$*"');
  const broken = use.all === 'split' ? args.find((arg) => arg === '' || /[\s*?[\]]/.test(arg)) : undefined;
  if (broken !== undefined) throw refuse(`would break the argument \`${broken}\` up, because its $@ has no quotes`);
}

// Enough to know it again in the Dockerfile.
function shortened(script: string): string {
  return script.length <= 80 ? script : `${script.slice(0, 79)}…`;
}

// Words of the entrypoint behind the script take `$0`, `$1`… before the arguments do.
function placesOf(form: ShellForm, use: ArgumentUse): number {
  if (use.all !== null) return Number.POSITIVE_INFINITY;
  if (form.after > 0) return Math.max(0, use.single - (form.after - 1));
  return use.single + (use.fromZero ? 1 : 0);
}

// A plain command becomes the exec form; anything else stays with its shell and gets "$@".
function mendFor({ before, script }: ShellForm): string {
  const command = script.replace(/^\s*exec\s+/, '').replace(/(\s+"?\$(\{?[@*]\}?|\{?\d\}?)"?)+\s*$/, '');
  const line = /^[A-Za-z0-9_./:=+@% -]+$/.test(command)
    ? JSON.stringify(command.trim().split(/\s+/))
    : JSON.stringify([...before, `${command.trim()} "$@"`, FILLER]);
  return `write in the Dockerfile: ENTRYPOINT ${line.replaceAll('","', '", "')}`;
}
