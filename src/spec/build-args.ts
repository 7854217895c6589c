import type { Origin } from '../core/origin.js';
import type { ResolvedProfile } from '../profile/resolved.js';
import type { BuildBook } from './build-book.js';
import { type EntrypointAnswer, type EntrypointQuestion, fitArguments } from './entrypoint.js';
import type { SpecRequest } from './request.js';

export type ArgsContext = {
  readonly image: string;
  /** The profile's word for the image's entrypoint. */
  readonly word: EntrypointQuestion['word'];
  readonly book: BuildBook;
};

/** The command's arguments and those of the command line, as the engine must get them for the entrypoint that runs. */
export function buildArgs(resolved: ResolvedProfile, request: SpecRequest, context: ArgsContext): readonly string[] {
  const { image, book } = context;
  const own = resolved.command.args;
  const wanted = [...own, ...request.flags.args];
  const override = resolved.container.entrypoint;
  // The word is about the image's entrypoint; one of the container's own can be looked at.
  const word = override === undefined ? context.word : undefined;
  const entrypoint = override ?? request.image?.entrypoint;
  const inspected = override !== undefined || request.image !== null;
  if (!inspected && wanted.length > 0) noteWord(word, image, book);
  const answer = fitArguments({ entrypoint: inspected ? (entrypoint ?? null) : undefined, word, args: wanted, image });
  const origins = wanted.map((_, index): readonly Origin[] =>
    index < own.length ? book.originsAt(`args/${index}`) : [{ kind: 'argument', index: index - own.length }],
  );
  book.dropOrigins('args');
  noteOrigins(answer, { origins, inspected, book });
  return answer.args;
}

type OriginContext = {
  readonly origins: readonly (readonly Origin[])[];
  readonly inspected: boolean;
  readonly book: BuildBook;
};

function noteOrigins({ args, fillers, rule }: EntrypointAnswer, { origins, inspected, book }: OriginContext): void {
  const word: readonly Origin[] = inspected ? [] : [{ kind: 'podctl', rule: 'profile-word' }];
  const engine: readonly Origin[] = rule === null ? [] : [{ kind: 'engine', rule }, ...word];
  for (const index of args.keys()) {
    if (index < fillers) book.setOrigins(`args/${index}`, engine);
    else if (rule === 'entrypoint-one-string') book.setOrigins(`args/${index}`, [...origins.flat(), ...engine]);
    else book.setOrigins(`args/${index}`, origins[index - fillers] ?? []);
  }
}

function noteWord(word: ArgsContext['word'], image: string, book: BuildBook): void {
  const taken =
    word === undefined
      ? 'its entrypoint is taken to pass arguments on as they are'
      : `the profile's word counts: entrypoint = "${word}"`;
  book.note('args', `the image \`${image}\` was not inspected; ${taken}`);
}
