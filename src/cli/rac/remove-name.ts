import { escapeControl } from '../../core/text.js';
import { asList, asObject, asText } from '../../engine/json.js';
import { confirmTyped } from '../ui/confirm.js';
import type { RacWork } from './action.js';
import { openClient, type RacClient } from './client.js';
import { type NameFacts, nameFacts } from './name-facts.js';
import { namePath } from './name-path.js';

/** `podctl rac rm NAME`: says what goes, has the name typed or takes `--confirm NAME` for it, then removes. */
export const racRemove: RacWork = async ({ words: [name = ''], flags }, context) => {
  const client = await openClient(flags, context);
  const contents = await contentsOf(client, name);
  for (const line of contents) context.output.note(escapeControl(line));
  await confirmTyped(
    {
      names: [name],
      given: flags.confirm ?? null,
      called: 'the name',
      about: 'this removes data',
      to: 'remove this',
    },
    context.world,
  );
  await client.call({ method: 'DELETE', path: namePath(name), body: { confirm: name } });
  if (flags.json === true) context.output.json({ name, removed: contents });
  else context.output.text(`${name}: removed\n`);
  return 0;
};

async function contentsOf(client: RacClient, name: string): Promise<readonly string[]> {
  const facts = nameFacts(asObject(await client.call({ method: 'GET', path: namePath(name) }))['name']);
  const answer = asObject(await client.call({ method: 'GET', path: namePath(name, '/variables') }));
  const keys = asList(answer['variables']).map((variable) => asText(asObject(variable)['key']));
  return [`${name}: this goes for good`, ...parts(facts, keys)];
}

function parts({ current, newest, volumes, url, owner }: NameFacts, keys: readonly string[]): readonly string[] {
  return [
    `  its container and all its images (${newest === null ? 'none was pushed' : `up to release ${newest.id}`})`,
    ...(current === null ? [] : [`  what is served at ${url}`]),
    ...volumes.map((volume) => `  the data in ${volume}`),
    ...(keys.length === 0 ? [] : [`  the variables ${keys.join(', ')}`]),
    ...(owner === null ? [] : [`  not: the claim of ${owner} (podctl rac unclaim)`]),
  ];
}
