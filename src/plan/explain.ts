import { formatOrigin, type Origin, type Origins } from '../core/origin.js';
import type { Shell } from '../core/shell.js';
import { escapeControl } from '../core/text.js';
import type { ArgToken } from '../render/token.js';
import { RULES } from '../spec/rules.js';
import { formatStep, planToJson } from './print.js';
import { quoteWord } from './print-words.js';
import { FIELD_REASONS, OTHER_REASONS, type Reason } from './reasons.js';
import type { Plan, Step } from './step.js';

/** One piece of a plan that belongs together (a flag and its value), where it comes from, why it is there, and what its lack would mean. */
export type ExplainRow = {
  /** Counts from 1. */
  readonly step: number;
  /** Words of an argv; empty for a step that is no process. */
  readonly tokens: readonly string[];
  /** The step as a line, where it is no process. */
  readonly line: string | null;
  readonly pointer: string;
  readonly from: readonly Origin[];
  readonly reason: string;
  readonly without: string;
  /** What was decided on the way and is good to know. */
  readonly notes: readonly string[];
};

export type ExplainInput = {
  readonly origins: Origins;
  readonly notes: readonly { readonly at: string; readonly message: string }[];
};

/** Explain every word of every step. */
export function explainPlan(plan: Plan, input: ExplainInput): readonly ExplainRow[] {
  return plan.steps.flatMap((step, index) =>
    step.do === 'exec'
      ? grouped(step.tokens).map((group) => rowOf(group, index + 1, input))
      : [stepRow(step, index + 1)],
  );
}

/** Rows as text, each headed by its words, quoted for the shell. */
export function formatExplain(rows: readonly ExplainRow[], shell: Shell): string {
  return rows
    .map((row, index) => {
      // Pieces of a line: the rules for its first word do not count here.
      const head = row.line ?? row.tokens.map((token) => quoteWord(token, shell)).join(' ');
      const gap = index > 0 && rows[index - 1]?.step !== row.step ? '\n' : '';
      const lines = [
        ...row.from.map((origin) => `  from:    ${escapeControl(formatOrigin(origin))}`),
        `  why:     ${row.reason}`,
        `  without: ${row.without}`,
        ...row.notes.map((note) => `  note:    ${escapeControl(note)}`),
      ];
      return `${gap}${head}\n${lines.join('\n')}\n`;
    })
    .join('');
}

/** The document of `explain --json`: the plan, and its rows with their origins as text and as data. */
export function explainToJson(plan: Plan, rows: readonly ExplainRow[]) {
  return {
    ...planToJson(plan),
    explained: rows.map(({ line, from, ...row }) => ({
      ...row,
      ...(line === null ? {} : { line }),
      from: from.map((origin) => ({ text: formatOrigin(origin), ...origin })),
    })),
  };
}

function grouped(tokens: readonly ArgToken[]): readonly (readonly ArgToken[])[] {
  const groups: ArgToken[][] = [];
  for (const token of tokens) {
    const last = groups.at(-1);
    if (last !== undefined && last[0]?.at === token.at && belongs(last, token)) last.push(token);
    else groups.push([token]);
  }
  return groups;
}

// Two flags of one field (`--health-cmd …`, `--health-retries …`) are two things to explain; a flag and its value are one.
function belongs(group: readonly ArgToken[], token: ArgToken): boolean {
  return token.at === 'rule/verb' || (group.length === 1 && group[0]?.text.startsWith('-') === true);
}

function rowOf(group: readonly ArgToken[], step: number, { origins, notes }: ExplainInput): ExplainRow {
  const pointer = group[0]?.at ?? '';
  const from = originsOf(pointer, origins);
  return {
    step,
    tokens: group.map((token) => token.text),
    line: null,
    pointer,
    from,
    ...reasonOf(pointer, from),
    notes: notes.filter((note) => note.at === pointer).map((note) => note.message),
  };
}

/** Origins of a pointer: its own, else those of the table that it stands in, else those of everything below it. */
function originsOf(pointer: string, origins: Origins): readonly Origin[] {
  const rule = /^rule\/(.+)$/.exec(pointer)?.[1];
  if (rule !== undefined) return [{ kind: rule in RULES ? 'podctl' : 'engine', rule }];
  for (let at = pointer; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
    const own = origins[at];
    if (own !== undefined && own.length > 0) return own;
  }
  const below = Object.entries(origins).flatMap(([at, list]) => (at.startsWith(`${pointer}/`) ? list : []));
  if (below.length > 0) return unique(below);
  return [{ kind: 'podctl', rule: pointer.split('/')[0] ?? pointer }];
}

function reasonOf(pointer: string, from: readonly Origin[]): Reason {
  const rules = from.flatMap((origin) =>
    origin.kind === 'engine' || origin.kind === 'podctl' ? ruleOf(origin.rule) : [],
  );
  // Where nobody but a rule put the value there, the rule is the whole reason.
  const whole = rules.length > 0 && from.every((origin) => origin.kind === 'engine' || origin.kind === 'podctl');
  const reasons = whole ? rules : [fieldReason(pointer), ...rules];
  return {
    reason: [...new Set(reasons.map((one) => one.reason))].join('; '),
    without: [...new Set(reasons.map((one) => one.without))].join('; '),
  };
}

function ruleOf(rule: string): readonly Reason[] {
  const known: Readonly<Record<string, Reason>> = RULES;
  const found = known[rule];
  return found === undefined ? [] : [found];
}

function fieldReason(pointer: string): Reason {
  const [first = '', second = '', third = ''] = pointer.split('/');
  // A word of a build stands for `images/KEY/FIELD`.
  if (first === 'images') return OTHER_REASONS[`build/${third}`] ?? UNNAMED;
  const fields: Readonly<Record<string, Reason>> = FIELD_REASONS;
  return fields[first] ?? OTHER_REASONS[`${first}/${second}`] ?? OTHER_REASONS[first] ?? UNNAMED;
}

const UNNAMED: Reason = { reason: 'the step asks for it', without: 'the step would do something else' };

function stepRow(step: Exclude<Step, { readonly do: 'exec' }>, number: number): ExplainRow {
  const without = step.do === 'engine' ? 'the engine would not get this call' : FILE_WITHOUT[step.action];
  return {
    step: number,
    tokens: [],
    line: formatStep(step, 'sh'),
    pointer: `plan/${step.do}`,
    from: [{ kind: 'podctl', rule: `plan-${step.do}` }],
    reason: step.why,
    without,
    notes: [],
  };
}

const FILE_WITHOUT = {
  mkdir: 'the folder would be missing at the next step',
  write: 'the engine would have nothing to read there',
  remove: 'values that may be secret would stay on the disk',
} as const;

function unique(origins: readonly Origin[]): readonly Origin[] {
  return [...new Map(origins.map((origin) => [formatOrigin(origin), origin])).values()];
}
