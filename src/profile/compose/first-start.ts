import { PodctlError, type Problem } from '../../core/errors.js';
import { formatPlace } from '../../core/place.js';
import { redactUrls } from '../../core/text.js';
import { fillParts, own } from '../interpolate.js';
import type { Variables } from '../resolved.js';
import type { EnvVariable } from '../schema-env.js';
import { parseTemplate } from '../template.js';
import { dotenvSlots } from '../write-dotenv.js';
import { breakage } from './breakage.js';
import type { ComposeSource, UsedVariable } from './source.js';

/** What compose files are filled in from. */
export type FirstStart = {
  readonly sources: readonly ComposeSource[];
  /** The process environment over the env file. */
  readonly variables: Variables;
  /** Services that will start; null: all. */
  readonly services: ReadonlySet<string> | null;
  /** The env file as a person would call it; `text` null: there is none. */
  readonly envFile: { readonly file: string; readonly text: string | null };
  /** A file that shows which variables there are. */
  readonly sample: { readonly file: string; readonly text: string } | null;
  /** Variables that a profile judges by itself. */
  readonly contract: Readonly<Record<string, EnvVariable>>;
};

/**
 * Variables without which the compose files break, or that an untouched sample leaves for the user to fill in, each once. What a provider
 * only warns of fails in a container later: an empty password, or a volume whose name is gone.
 */
export function judgeFirstStart(start: FirstStart): readonly Problem[] {
  const uses = start.sources.flatMap((source) => source.variables.map((use) => ({ use, source })));
  const found = new Map<string, Problem>();
  for (const { use, source } of uses) {
    const broken = found.has(use.name) ? null : breaking(use, source, start);
    if (broken !== null) found.set(use.name, broken);
  }
  const open = openNames(start);
  for (const { use } of uses) {
    if (found.has(use.name) || !open.has(use.name) || use.defaulted || !starts(use, start)) continue;
    found.set(use.name, unfilled(use, start));
  }
  return [...found.values()];
}

function starts({ path }: UsedVariable, { services }: FirstStart): boolean {
  return services === null || path[0] !== 'services' || services.has(String(path[1]));
}

// Providers read every service, whichever starts.
function breaking(use: UsedVariable, source: ComposeSource, start: FirstStart): Problem | null {
  const value = own(start.variables, use.name);
  if (own(start.contract, use.name)?.required === true) return null;
  if (use.passedOn || use.defaulted || (value !== undefined && value.value !== '')) return null;
  if (use.required) return problem(use, start, 'the compose file asks for it');
  const text = textAt(source.data, use.path);
  const filled = text === null ? null : fill(text, start.variables);
  const why = filled === null ? null : breakage(use.path, filled);
  return why === null ? null : problem(use, start, redactUrls(why));
}

// Without an env file, or with one that is still the sample: what the sample leaves blank and nobody sets.
function openNames({ envFile, sample, variables, contract }: FirstStart): ReadonlySet<string> {
  if (sample === null) return new Set();
  if (envFile.text !== null && plain(envFile.text) !== plain(sample.text)) return new Set();
  const blank = dotenvSlots(sample.text).flatMap(({ name, blank: is }) => (is ? [name] : []));
  return new Set(
    blank.filter((name) => {
      const value = own(variables, name);
      if (Object.hasOwn(contract, name)) return false;
      return value === undefined || (value.value === '' && value.file !== undefined);
    }),
  );
}

function plain(text: string): string {
  return text
    .replace(/^\ufeff/u, '')
    .replaceAll('\r', '')
    .trimEnd();
}

function unfilled(use: UsedVariable, start: FirstStart): Problem {
  const { envFile, sample } = start;
  const name = sample?.file ?? '';
  return problem(
    use,
    start,
    envFile.text === null ? `${name} leaves it to you` : `${envFile.file} is ${name} as it came`,
  );
}

function problem(use: UsedVariable, { variables, envFile, sample }: FirstStart, why: string): Problem {
  const { name, at } = use;
  const value = own(variables, name);
  const blank = value?.file === undefined ? null : { file: value.file, line: value.line };
  const state =
    value === undefined ? 'is not set anywhere' : blank === null ? 'is empty (process environment)' : 'is empty';
  const used = blank === null ? '' : ` (used in ${formatPlace(at)})`;
  const make = `podctl env init makes ${envFile.file} from ${sample?.file ?? 'the compose files'}`;
  const hint = envFile.text === null ? make : `write ${name}=… into ${envFile.file}, or let podctl env init ask`;
  return { message: `\`${name}\` ${state}: ${why}${used}`, hint, at: blank ?? at };
}

function textAt(data: unknown, path: UsedVariable['path']): string | null {
  const value = path.reduce<unknown>((inner, key) => {
    if (typeof inner !== 'object' || inner === null) return undefined;
    return Object.entries(inner).find(([name]) => name === String(key))?.[1];
  }, data);
  return typeof value === 'string' ? value : null;
}

function fill(text: string, variables: Variables): string | null {
  try {
    return fillParts(parseTemplate(text, 'dotenv'), { variables, names: {}, unset: () => '' }).text;
  } catch (error) {
    // Another variable of the same text has `:?`, and is found by itself.
    if (error instanceof PodctlError) return null;
    throw error;
  }
}
