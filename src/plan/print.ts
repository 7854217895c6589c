import { Secret } from '../core/secret.js';
import type { Shell } from '../core/shell.js';
import { asNote, isPlain, printable, quoteLine, quoteWord, withVariables } from './print-words.js';
import type { EngineStep, ExecStep, FileStep, Plan, Step } from './step.js';

/** A value that JSON can hold. */
type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A plan as text: one step per line, each line a command that can be pasted into the shell; secrets redacted. */
export function formatPlan(plan: Plan, shell: Shell): string {
  return plan.steps.map((step) => `${formatStep(step, shell)}\n`).join('');
}

/** One step as one line, without its line break. */
export function formatStep(step: Step, shell: Shell): string {
  if (step.do === 'exec') return withVariables(step.env, quoteLine(step.argv, shell), shell);
  return step.do === 'engine' ? formatCall(step, shell) : formatFile(step, shell);
}

/** The document of `--dry-run --json`. */
export function planToJson(plan: Plan) {
  const { name, version, assumed } = plan.engine;
  return {
    podctl: 1,
    profile: plan.profile,
    mode: plan.mode,
    engine: { name, version, assumed },
    ...(plan.provider === undefined ? {} : { provider: plan.provider }),
    steps: plan.steps.map(stepToJson),
  } as const;
}

function stepToJson(step: Step) {
  if (step.do === 'exec') return execToJson(step);
  if (step.do === 'engine') {
    return { do: step.do, method: step.method, path: step.path, body: redacted(step.body), why: step.why } as const;
  }
  const { action, path, why } = step;
  const mode = step.mode === null ? {} : { mode: octal(step.mode) };
  const owner = step.owner === undefined ? {} : { owner: step.owner };
  const content = step.content === null ? {} : { content: printable(step.content) };
  return { do: step.do, action, path, ...mode, ...owner, ...content, always: step.always, why } as const;
}

function execToJson(step: ExecStep) {
  const names = Object.keys(step.env);
  const env = names.length === 0 ? {} : { env: redacted(step.env) };
  const environment = step.environment === undefined ? {} : { environment: redacted(step.environment) };
  return { do: step.do, argv: step.argv, ...env, ...environment, why: step.why } as const;
}

/** A copy that JSON can hold, in which every secret is `[redacted]`. */
function redacted(value: unknown): Json {
  if (value instanceof Secret) return String(value);
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(redacted);
  if (typeof value !== 'object' || value === null) return null;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .map(([key, inner]) => [key, redacted(inner)]),
  );
}

// The line sends the same call; only the attaching of a terminal is podctl's own.
function formatCall(step: EngineStep, shell: Shell): string {
  const program = shell === 'sh' ? 'curl' : 'curl.exe';
  const data =
    step.body === null || step.body === undefined
      ? []
      : ['--header', 'Content-Type: application/json', '--data', JSON.stringify(redacted(step.body))];
  const [options, base] = callTarget(step.address ?? null);
  const words = [program, '--fail', ...options, '--request', step.method, ...data, `${base}${step.path}`];
  return quoteLine(words, shell);
}

function callTarget(address: string | null): readonly [readonly string[], string] {
  const [, scheme, rest = ''] = /^([a-z]+):\/\/(.*)$/.exec(address ?? '') ?? [];
  if (scheme === 'unix') return [['--unix-socket', rest], 'http://localhost'];
  if (scheme === 'tcp' || scheme === 'http') return [[], `http://${rest}`];
  return [[], 'http://engine'];
}

function formatFile(step: FileStep, shell: Shell): string {
  if (shell === 'sh') return formatFileSh(step);
  return shell === 'powershell' ? formatFilePowerShell(step) : formatFileCmd(step);
}

function formatFileSh(step: FileStep): string {
  const path = quoteWord(step.path, 'sh');
  const mode = step.mode === null ? '' : `-m ${octal(step.mode)} `;
  if (step.action === 'remove') return `rm -f -- ${path}`;
  if (step.action === 'mkdir' && step.owner !== undefined) {
    return `install -d ${mode}-o ${step.owner.uid} -g ${step.owner.gid} ${path}`;
  }
  if (step.action === 'mkdir') return `mkdir ${mode}-p -- ${path}`;
  const make = `install ${mode}/dev/null ${path}`;
  const { content } = step;
  if (content === null) return make;
  return isPlain(content) ? `${make} && printf %s ${quoteWord(content, 'sh')} > ${path}` : `${make}${note(step, 'sh')}`;
}

function formatFilePowerShell(step: FileStep): string {
  const path = quoteWord(step.path, 'powershell');
  if (step.action === 'remove') return `Remove-Item -Force -ErrorAction Ignore -LiteralPath ${path}`;
  if (step.action === 'mkdir') return `New-Item -ItemType Directory -Force -Path ${path}`;
  const { content } = step;
  if (content === null || !isPlain(content))
    return `New-Item -ItemType File -Force -Path ${path}${note(step, 'powershell')}`;
  return `Set-Content -NoNewline -LiteralPath ${path} -Value ${quoteWord(content, 'powershell')}`;
}

function formatFileCmd(step: FileStep): string {
  const path = quoteWord(step.path, 'cmd');
  if (step.action === 'remove') return `del /f /q ${path}`;
  if (step.action === 'mkdir') return `mkdir ${path}`;
  return `type nul > ${path}${note(step, 'cmd')}`;
}

function note(step: FileStep, shell: Shell): string {
  return step.content === null ? '' : asNote(`content ${printable(step.content)}`, shell);
}

function octal(mode: number): string {
  return mode.toString(8);
}
