import { asList, asObject } from '../../engine/json.js';
import { formatTable } from '../ui/table.js';
import type { RacWork } from './action.js';
import { openClient, type RacClient } from './client.js';
import { minuteOf, type NameFacts, nameFacts, type ReleaseFacts, releaseFacts } from './name-facts.js';
import { namePath } from './name-path.js';

const PAGE = 200;

/** `podctl rac names [TEXT]`. */
export const racNames: RacWork = async ({ words: [text = ''], flags }, context) => {
  const client = await openClient(flags, context);
  const names = await allPages(client, {
    path: `/api/v1/names?limit=${PAGE}&q=${encodeURIComponent(text)}`,
    list: 'names',
    after: 'after',
  });
  if (flags.json === true) context.output.json({ names });
  else context.output.text(formatTable(HEADS, names.map(nameFacts).map(row)));
  return 0;
};

const HEADS = ['NAME', 'OWNER', 'STATE', 'TIER', 'RELEASE', 'PUSHED', 'URL'];

function row({ name, owner, state, tier, current, newest, lastPushAt, url }: NameFacts): readonly string[] {
  const failed = newest !== null && current !== null && newest.id > current.id && newest.state === 'failed';
  const release = current === null ? '-' : `${current.id} ${current.tag}${failed ? ' (last push failed)' : ''}`;
  return [name, owner ?? '-', state, tier, release, minuteOf(lastPushAt), url];
}

/** `podctl rac releases NAME`. */
export const racReleases: RacWork = async ({ words: [name = ''], flags }, context) => {
  const client = await openClient(flags, context);
  const path = namePath(name, `/releases?limit=${PAGE}`);
  const releases = await allPages(client, { path, list: 'releases', after: 'before' });
  if (flags.json === true) context.output.json({ name, releases });
  else {
    const heads = ['RELEASE', 'TAG', 'DIGEST', 'STATE', 'PUSHED', 'BY'];
    context.output.text(formatTable(heads, releases.map(releaseFacts).map(releaseRow)));
  }
  return 0;
};

function releaseRow({ id, tag, digest, state, createdAt, actor }: ReleaseFacts): readonly string[] {
  return [String(id), tag, digest.slice(0, 'sha256:'.length + 12), state, minuteOf(createdAt), actor ?? '-'];
}

type Paged = { readonly path: string; readonly list: string; readonly after: string };

async function allPages(client: RacClient, { path, list, after }: Paged): Promise<readonly unknown[]> {
  const all: unknown[] = [];
  for (let next = ''; ; ) {
    const rest = next === '' ? '' : `&${after}=${encodeURIComponent(next)}`;
    // oxlint-disable-next-line no-await-in-loop -- each page says where the next one begins
    const answer = asObject(await client.call({ method: 'GET', path: `${path}${rest}` }));
    all.push(...asList(answer[list]));
    const { next: more } = answer;
    if (typeof more !== 'string' && typeof more !== 'number') return all;
    next = String(more);
  }
}
