import { type Finding, orOk, problem, warning } from './finding.js';

/** What a program that keeps logins did when it was asked for its list. */
export type HelperAnswer = 'answers' | 'missing' | 'silent' | 'fails';

export type LoginHelper = {
  /** For instance `docker-credential-desktop`. */
  readonly program: string;
  /** The file that names it. */
  readonly file: string;
  /** `credsStore`, or `credHelpers` of these registries. */
  readonly registries: readonly string[] | null;
  readonly answer: HelperAnswer;
  /** Its last words where it fails, the time where it is silent. */
  readonly said: string;
};

/** A file of logins. `state`: `broken` is no JSON, `open` holds passwords that others may read. */
export type LoginFile = { readonly path: string; readonly state: 'good' | 'broken' | 'unreadable' | 'open' };

export type LoginsFacts = { readonly files: readonly LoginFile[]; readonly helpers: readonly LoginHelper[] };

/** Whether what keeps registry logins answers: an engine asks it before every pull. */
export function judgeLogins({ files, helpers }: LoginsFacts): readonly Finding[] {
  const names = [...new Set(helpers.map(({ program }) => program))];
  const seen = names.length === 0 ? 'no program keeps registry logins' : `${names.join(', ')} answers`;
  return orOk([...files.flatMap(judgeFile), ...helpers.flatMap(judgeHelper)], seen);
}

function judgeFile({ path, state }: LoginFile): readonly Finding[] {
  if (state === 'good') return [];
  if (state === 'open') {
    return [
      warning(`other users may read the logins in ${path}`, {
        why: 'passwords stand there without encryption',
        mend: `chmod 600 ${path}`,
      }),
    ];
  }
  const what = state === 'broken' ? 'is no JSON' : 'cannot be read';
  return [
    problem(`${path} ${what}`, {
      why: 'every pull and push fails, or goes without a login',
      mend: state === 'broken' ? `correct ${path}, or move it away and log in again` : `sudo chown "$USER" ${path}`,
    }),
  ];
}

function judgeHelper({ program, file, registries, answer, said }: LoginHelper): readonly Finding[] {
  const where = registries === null ? '`credsStore`' : `\`credHelpers\` (${registries.join(', ')})`;
  const out = `take ${where} out of ${file} and log in again`;
  if (answer === 'answers') return [];
  if (answer === 'missing') {
    return [
      problem(`${program}, which ${file} names in ${where}, is not installed`, {
        why: 'pulls fail with "error getting credentials", public images among them',
        mend: `install ${program}, or ${out}`,
      }),
    ];
  }
  if (answer === 'silent') {
    return [
      problem(`${program} does not answer within ${said}`, {
        why: 'every pull, build and push waits for it',
        mend: `start what it talks to (a keyring, a desktop), or ${out}`,
      }),
    ];
  }
  return [
    warning(`${program} fails: ${said}`, {
      why: 'pulls go without a login, or fail',
      mend: `unlock or repair it, or ${out}`,
    }),
  ];
}
