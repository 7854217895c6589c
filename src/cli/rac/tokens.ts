import { parseDuration } from '../../core/duration.js';
import { PodctlError } from '../../core/errors.js';
import { asList, asObject, asText, asTexts, type Json } from '../../engine/json.js';
import type { Context } from '../context.js';
import type { Flags } from '../parser.js';
import { formatTable } from '../ui/table.js';
import type { RacWork } from './action.js';
import { openClient, type RacClient } from './client.js';
import { unknownVerb } from './unknown-verb.js';

/** `podctl rac token create|list|revoke`. */
export const racToken: RacWork = async ({ words, flags }, context) => {
  const [verb = '', name] = words;
  if (verb === 'list') return list(await openClient(flags, context), flags, context);
  if (verb !== 'create' && verb !== 'revoke') {
    throw unknownVerb('token', verb, { verbs: VERBS, usage: 'create NAME, list, or revoke NAME' });
  }
  if (name === undefined) {
    throw new PodctlError('USAGE', `\`rac token ${verb}\` needs the token's name`, {
      hint: `podctl rac token ${verb} ci`,
    });
  }
  const client = await openClient(flags, context);
  return verb === 'create' ? create(client, { name, flags }, context) : revoke(client, { name, flags }, context);
};

const VERBS = ['create', 'list', 'revoke'];

type Named = { readonly name: string; readonly flags: Flags };

// stdout is the token alone, so that it can be piped to where it is kept; it is never shown again.
async function create(client: RacClient, { name, flags }: Named, { output }: Context): Promise<number> {
  const body = {
    label: name,
    names: flags.for === undefined || flags.for.length === 0 ? null : flags.for,
    actions: (flags.may ?? 'push,pull').split(','),
    lives: parseDuration(flags.expires ?? '90d'),
  };
  const answer = asObject(await client.call({ method: 'POST', path: '/api/v1/tokens', body }));
  const { id, secret, expiresAt } = answer;
  if (flags.json === true) output.json({ id, name, secret, expiresAt });
  else output.text(`${asText(secret)}\n`);
  const until = typeof expiresAt === 'number' ? `, until ${new Date(expiresAt).toISOString()}` : '';
  output.note(
    `the token \`${name}\` is shown only now; it may ${body.actions.join(' and ')} ${forWords(body.names)}${until}`,
  );
  return 0;
}

function forWords(names: readonly string[] | null): string {
  return names === null ? 'what its account may' : names.join(', ');
}

async function list(client: RacClient, flags: Flags, { output }: Context): Promise<number> {
  const tokens = asList(asObject(await client.call({ method: 'GET', path: '/api/v1/tokens' }))['tokens']).map(asObject);
  if (flags.json === true) output.json({ tokens });
  else output.text(formatTable(['ID', 'KIND', 'NAME', 'MAY', 'FOR', 'USED', 'UNTIL'], tokens.map(rowOf)));
  return 0;
}

function rowOf(token: Json): readonly string[] {
  const scope = token['scope'] === null ? null : asObject(token['scope']);
  const may = scope === null ? 'everything' : (asTexts(scope['actions']) ?? []).join(',');
  const names = scope === null ? null : asTexts(scope['names']);
  return [
    asText(token['id']),
    asText(token['kind']),
    asText(token['label']),
    may,
    names === null ? '*' : names.join(','),
    dayOf(token['usedAt']),
    dayOf(token['expiresAt']),
  ];
}

function dayOf(value: unknown): string {
  return typeof value === 'number' ? new Date(value).toISOString().slice(0, 10) : '-';
}

async function revoke(client: RacClient, { name, flags }: Named, { output }: Context): Promise<number> {
  const path = `/api/v1/tokens/${encodeURIComponent(name)}`;
  const { ended } = asObject(await client.call({ method: 'DELETE', path }));
  if (flags.json === true) output.json({ name, ended });
  output.note(`\`${name}\` is revoked`);
  return 0;
}
