import type { Streams } from '../../io/streams.js';

/** One question for a text. `wrong` says what is wrong with an answer; null: nothing. */
export type Question = {
  readonly message: string;
  /** What is typed is not shown. */
  readonly secret: boolean;
  /** A good answer, shown while nothing is typed. */
  readonly example: string | undefined;
  readonly wrong: (answer: string) => string | null;
};

/** Answers by name, in the order of the questions; an empty answer is left out. null: the person gave up. */
export async function askAll(
  questions: Readonly<Record<string, Question>>,
  { stdin, stderr }: Pick<Streams, 'stdin' | 'stderr'>,
): Promise<Readonly<Record<string, string>> | null> {
  const answers: Record<string, string> = {};
  const { isCancel, password, text } = await import('@clack/prompts');
  const streams = { input: stdin, output: stderr };
  for (const [name, { message, secret, example, wrong }] of Object.entries(questions)) {
    const validate = (answer: string | undefined): string | undefined =>
      answer === undefined || answer === '' ? undefined : (wrong(answer) ?? undefined);
    // oxlint-disable-next-line no-await-in-loop -- one question after the other
    const answer: unknown = await (secret
      ? password({ message, validate, ...streams })
      : text({ message, validate, ...(example === undefined ? {} : { placeholder: example }), ...streams }));
    if (isCancel(answer)) return null;
    if (typeof answer === 'string' && answer !== '') answers[name] = answer;
  }
  return answers;
}
