/** `ok`: as it should be; `note`: worth knowing; `warning`: will hurt some day; `problem`: hurts now, and makes the exit code 78. */
export type Level = 'ok' | 'note' | 'warning' | 'problem';

/** One thing that doctor saw. `why`: what comes of it; `mend`: the command that mends it, or what to do where there is none. */
export type Finding = {
  readonly level: Level;
  readonly seen: string;
  readonly why: string | null;
  readonly mend: string | null;
};

type Reason = { readonly why?: string; readonly mend?: string };

/** As it should be. */
export function ok(seen: string): Finding {
  return { level: 'ok', seen, why: null, mend: null };
}

/** Worth knowing. */
export function note(seen: string, { why, mend }: Reason = {}): Finding {
  return { level: 'note', seen, why: why ?? null, mend: mend ?? null };
}

/** Will hurt some day, or somebody else. */
export function warning(seen: string, { why, mend }: Required<Reason>): Finding {
  return { level: 'warning', seen, why, mend };
}

/** Hurts now. */
export function problem(seen: string, { why, mend }: Required<Reason>): Finding {
  return { level: 'problem', seen, why, mend };
}

/** The findings, or this one where there are none. */
export function orOk(findings: readonly Finding[], seen: string): readonly Finding[] {
  return findings.length === 0 ? [ok(seen)] : findings;
}
