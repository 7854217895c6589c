import { randomUUID } from 'node:crypto';
import { CompactSign } from 'jose';
import type { Keys } from './keys.js';

/** What the registry's config has to say: `iss` and `aud` of every token. */
export const ISSUER = 'rac-auth';
export const SERVICE = 'rac-registry';

/** Access to one thing of the registry. */
export type Access = {
  readonly type: 'repository' | 'registry';
  readonly name: string;
  readonly actions: readonly string[];
  /** Of `repository(plugin)`. */
  readonly class?: string | undefined;
};

/** `subject` becomes `actor.name` of the registry's events; empty: nobody is logged in. */
export type TokenRequest = { readonly subject: string; readonly access: readonly Access[] };

export type MintedToken = {
  readonly token: string;
  /** Seconds. */
  readonly expiresIn: number;
  /** Milliseconds since 1970. */
  readonly issuedAt: number;
};

export type Mint = (request: TokenRequest) => Promise<MintedToken>;

/** Subject of RAC's own tokens; no account has this name. */
export const OWN_SUBJECT = 'rac';

// Longer than an upload of one layer takes on a slow line is not needed: clients ask again when it has expired.
const LIFE_S = 300;
const EARLIER_S = 10;
const text = new TextEncoder();

/** Makes tokens that Distribution 2.8 and 3 take: ES256 with `x5c`, one audience as a text, whole seconds. */
export async function mintToken(
  keys: Pick<Keys, 'signer'>,
  { subject, access }: TokenRequest,
  now: number,
): Promise<MintedToken> {
  const { key, certificate } = await keys.signer();
  const seconds = Math.floor(now / 1000);
  const claims = {
    iss: ISSUER,
    sub: subject,
    aud: SERVICE,
    nbf: seconds - EARLIER_S,
    iat: seconds,
    exp: seconds + LIFE_S,
    jti: randomUUID(),
    access,
  };
  // The library has a builder of claims too, which makes a deep copy of them for each token.
  const token = await new CompactSign(text.encode(JSON.stringify(claims)))
    .setProtectedHeader({ typ: 'JWT', alg: 'ES256', x5c: [certificate] })
    .sign(key);
  return { token, expiresIn: LIFE_S, issuedAt: seconds * 1000 };
}

/** The same with keys and clock in it. */
export function makeMint(keys: Pick<Keys, 'signer'>, now: () => number): Mint {
  return (request) => mintToken(keys, request, now());
}
