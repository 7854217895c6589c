import type { Principal } from './principal.js';

/** Turns proofs into principals; null for a wrong or expired proof. Equal in time for names that are not there. */
export type Identity = {
  /** Name with its password, or with an access or refresh token in the password's place. Throws TRY_AGAIN while throttled. */
  readonly byPassword: (name: string, password: string, address: string) => Promise<Principal | null>;
  /** `Authorization: Bearer` of the API. */
  readonly byToken: (secret: string, address: string) => Principal | null;
  /** The web page's cookie. */
  readonly bySession: (secret: string, address: string) => Principal | null;
  /** What `proofOfSession` made of a session's secret. */
  readonly bySessionProof: (proof: string, address: string) => Principal | null;
  readonly byRefresh: (secret: string, address: string) => Principal | null;
};
