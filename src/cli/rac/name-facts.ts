import { asList, asObject, asText, type Json } from '../../engine/json.js';

/** A release as the API tells it. Milliseconds since 1970; null where there is none. */
export type ReleaseFacts = {
  readonly id: number;
  readonly tag: string;
  readonly digest: string;
  readonly state: string;
  readonly actor: string | null;
  readonly createdAt: number | null;
  readonly warnings: readonly string[];
};

/** A name as the API tells it. */
export type NameFacts = {
  readonly name: string;
  readonly url: string;
  readonly owner: string | null;
  readonly visibility: string;
  readonly state: string;
  readonly tier: string;
  readonly lastPushAt: number | null;
  readonly expiresAt: number | null;
  readonly pinned: number | null;
  readonly current: ReleaseFacts | null;
  readonly newest: ReleaseFacts | null;
  /** First line: the reason; then what the application wrote last. */
  readonly problem: string | null;
  readonly volumes: readonly string[];
};

export function nameFacts(value: unknown): NameFacts {
  const json = asObject(value);
  return {
    name: asText(json['name']),
    url: asText(json['url']),
    owner: textIn(json, 'owner'),
    visibility: asText(json['visibility']),
    state: asText(json['state']),
    tier: asText(json['tier']),
    lastPushAt: numberIn(json, 'lastPushAt'),
    expiresAt: numberIn(json, 'expiresAt'),
    pinned: numberIn(json, 'pinned'),
    current: json['current'] === null ? null : releaseFacts(json['current']),
    newest: json['newest'] === null ? null : releaseFacts(json['newest']),
    problem: textIn(json, 'problem'),
    volumes: asList(json['volumes']).map(asText),
  };
}

export function releaseFacts(value: unknown): ReleaseFacts {
  const json = asObject(value);
  return {
    id: numberIn(json, 'id') ?? 0,
    tag: asText(json['tag']),
    digest: asText(json['digest']),
    state: asText(json['state']),
    actor: textIn(json, 'actor'),
    createdAt: numberIn(json, 'createdAt'),
    warnings: asList(json['warnings']).map(asText),
  };
}

/** `2026-01-02 03:04`, in UTC; `-` for none. */
export function minuteOf(at: number | null): string {
  return at === null ? '-' : new Date(at).toISOString().slice(0, 16).replace('T', ' ');
}

function textIn(json: Json, key: string): string | null {
  const value = json[key];
  return typeof value === 'string' ? value : null;
}

function numberIn(json: Json, key: string): number | null {
  const value = json[key];
  return typeof value === 'number' ? value : null;
}
