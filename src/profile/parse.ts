import type { Profile } from './schema.js';

/** One layer's text and the name that errors call it by. */
export type ProfileSource = { readonly file: string; readonly text: string };

/** One layer, checked against the schema. */
export type ParsedProfile = ProfileSource & { readonly profile: Profile };
