import { asList, asObject, asText, type Json } from '../../engine/json.js';
import type { Push } from '../deploy/push.js';
import { isRepository } from '../registry/repository.js';

// Of the four kinds of manifests; whatever else is pushed is a layer or an attachment.
const MANIFESTS: ReadonlySet<string> = new Set([
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
]);
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const ID = /^[\w:.-]{1,128}$/;

/**
 * The tagged pushes of one notification; of a push for several platforms only the index has a tag. null: the body is no notification of
 * Distribution's. What an event says wrongly is passed over: the comparison of tags finds it.
 */
export function pushesOf(body: unknown, now: number): readonly Push[] | null {
  const { events } = asObject(body);
  if (!Array.isArray(events)) return null;
  return asList(events).flatMap((event) => pushOf(asObject(event), now) ?? []);
}

function pushOf(event: Json, now: number): Push | null {
  const target = asObject(event['target']);
  const [id, name, tag] = [asText(event['id']), asText(target['repository']), asText(target['tag'])];
  const digest = asText(target['digest']);
  const wellFormed = ID.test(id) && isRepository(name) && TAG.test(tag) && DIGEST.test(digest);
  if (event['action'] !== 'push' || !MANIFESTS.has(asText(target['mediaType'])) || !wellFormed) return null;
  const said = Date.parse(asText(event['timestamp']));
  return {
    id,
    name,
    tag,
    digest,
    actor: asText(asObject(event['actor'])['name']) || null,
    address: addressOf(asText(asObject(event['request'])['addr'])),
    // A registry whose clock is ahead must not make a push the newest for ever.
    at: Number.isFinite(said) ? Math.min(said, now) : now,
  };
}

// `127.0.0.1:49860`, `[::1]:49860`.
function addressOf(text: string): string {
  return text.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
}
