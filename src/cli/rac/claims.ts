import { PodctlError } from '../../core/errors.js';
import { asObject, asText } from '../../engine/json.js';
import type { RacWork } from './action.js';
import { openClient, type RacQuestion } from './client.js';

/** `podctl rac claim NAME`: also takes a name that was offered, and with `--adopt` a stranger's image under it. */
export const racClaim: RacWork = async ({ words, flags }, context) => {
  const [name = ''] = words;
  const client = await openClient(flags, context);
  const body = { name, adopt: flags.adopt === true };
  const answer = asObject(await client.call({ method: 'POST', path: '/api/v1/claims', body }));
  if (flags.json === true) context.output.json(answer);
  context.output.note(claimWords(answer));
  return 0;
};

/** What became of an image that was there already. */
export function claimWords({ name, image, digest, pushedBy }: Readonly<Record<string, unknown>>): string {
  const claimed = `${asText(name)} is yours`;
  const theirs = `${asText(digest).slice(0, 19)}, pushed by ${pushedBy === null ? 'somebody who was not logged in' : asText(pushedBy)}`;
  if (image === 'own') return `${claimed}, and your image goes on running`;
  if (image === 'adopted') return `${claimed}, with the image ${theirs}: it goes on as yours`;
  if (image !== 'held') return claimed;
  return `${claimed}. The image ${theirs}, was stopped: push your own, or adopt it with podctl rac claim ${asText(name)} --adopt`;
}

/** `podctl rac unclaim NAME`: nobody's again. */
export const racUnclaim: RacWork = simple(
  ({ name }) => ({ method: 'DELETE', path: `/api/v1/claims?name=${encodeURIComponent(name)}` }),
  ({ name }) => `${name} is nobody's again: its variables are gone, and its image ends unless it is pushed again`,
);

export const racPrivate: RacWork = simple(
  ({ name }) => ({ method: 'PUT', path: '/api/v1/visibility', body: { name, visibility: 'private' } }),
  ({ name }) => `${name} is private: only you and its collaborators see, pull and open it`,
);

export const racPublic: RacWork = simple(
  ({ name }) => ({ method: 'PUT', path: '/api/v1/visibility', body: { name, visibility: 'public' } }),
  ({ name }) => `${name} is public: everybody may see, pull and open it`,
);

/** `podctl rac transfer NAME ACCOUNT`; `--cancel` takes the offer back. */
export const racTransfer: RacWork = async (line, context) => {
  const [name = '', to] = line.words;
  if ((to === undefined) !== (line.flags.cancel === true)) {
    throw new PodctlError('USAGE', 'a transfer is to an account', {
      hint: `podctl rac transfer ${name} ACCOUNT, or --cancel without an account`,
    });
  }
  return to === undefined ? cancelTransfer(line, context) : offerTransfer(line, context);
};

const offerTransfer = simple(
  ({ name, second }) => ({ method: 'PUT', path: '/api/v1/transfers', body: { name, to: second } }),
  ({ name, second }) =>
    `${name} stays yours until ${second} runs, within 14 days: podctl rac claim ${name} (its data and variables go along)`,
);

const cancelTransfer = simple(
  ({ name }) => ({ method: 'DELETE', path: `/api/v1/transfers?name=${encodeURIComponent(name)}` }),
  ({ name }) => `${name} is offered to nobody any more`,
);

type Words = { readonly name: string; readonly second: string };

// One question, one sentence.
function simple(ask: (words: Words) => RacQuestion, tell: (words: Words) => string): RacWork {
  return async ({ words, flags }, context) => {
    const [name = '', second = ''] = words;
    const client = await openClient(flags, context);
    const answer = asObject(await client.call(ask({ name, second })));
    if (flags.json === true) context.output.json(answer);
    context.output.note(tell({ name, second }));
    return 0;
  };
}
