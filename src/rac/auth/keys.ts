import { createPrivateKey, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { PodctlError } from '../../core/errors.js';
import { asObject, asText, parseJson } from '../../engine/json.js';
import type { Files } from '../../io/files.js';
import { turns } from '../turns.js';
import { bytesOf, makeAuthority, makeSigner, type Pair } from './certificates.js';

/** What signs tokens now. */
export type Signer = {
  readonly key: KeyObject;
  /** Base64 of the certificate's DER, for the header `x5c`. */
  readonly certificate: string;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
};

/** What a rotation changed. `restart`: the registry has to read its bundle again, which it does only at its start. */
export type Rotation = { readonly restart: boolean; readonly notAfter: number };

/** Keys of the token endpoint: an authority that the registry trusts, and a signer under it, which changes without the registry's notice. */
export type Keys = {
  /** PEM of the authorities: the registry's `rootcertbundle`. */
  readonly bundlePath: string;
  /** Renews the signer first when its end is near. */
  readonly signer: () => Promise<Signer>;
  /**
   * A new signer. Tokens of the old one stay good until they expire, so that no push breaks. With `authority` also a new authority,
   * alone in the bundle: for keys that have leaked. All tokens that are out then end with the registry's restart.
   */
  readonly rotate: (how: { readonly authority: boolean }) => Promise<Rotation>;
  readonly authorityNotAfter: () => number;
};

export type KeysDeps = { readonly home: string; readonly files: Files; readonly now: () => number };

const DAY_MS = 86_400_000;
const AUTHORITY_MS = 30 * 365 * DAY_MS;
const SIGNER_MS = 2 * 365 * DAY_MS;
// Long enough before the end that a machine that is seldom on comes by.
const RENEW_SIGNER_MS = 90 * DAY_MS;
// An authority must outlive each of its signers.
const RENEW_AUTHORITY_MS = SIGNER_MS + RENEW_SIGNER_MS;

type Kept = {
  readonly authority: Pair;
  /** Certificates of earlier authorities that are still trusted. */
  readonly trusted: readonly string[];
  readonly signer: Pair;
};

/** Read the keys of a RAC, or make them at its first start. Renews what is near its end: call it before the registry starts. */
export async function openKeys(deps: KeysDeps): Promise<Keys> {
  const folder = join(deps.home, 'keys');
  await deps.files.makeDirectory(folder, 0o700);
  const place = { ...deps, kept: join(folder, 'keys.json'), bundlePath: join(folder, 'bundle.pem') };
  let kept = await renewed(await read(place), deps.now());
  await write(place, kept);
  let signer = signerOf(kept);
  const inTurn = turns(1, Number.POSITIVE_INFINITY);
  const change = (make: () => Promise<Kept>): Promise<void> =>
    inTurn(async () => {
      const next = await make();
      await write(place, next);
      kept = next;
      signer = signerOf(next);
    });
  return {
    bundlePath: place.bundlePath,
    authorityNotAfter: () => kept.authority.notAfter,
    signer: async () => {
      if (isNearEnd(signer, deps.now())) {
        // Of those who wait for the same renewal, the first does it.
        await change(async () => (isNearEnd(signer, deps.now()) ? withSigner(kept, deps.now()) : kept));
      }
      return signer;
    },
    rotate: async ({ authority }) => {
      await change(() => (authority ? makeKept(deps.now()) : withSigner(kept, deps.now())));
      return { restart: authority, notAfter: signer.notAfter };
    },
  };
}

async function renewed(kept: Kept | null, now: number): Promise<Kept> {
  if (kept === null) return makeKept(now);
  if (kept.authority.notAfter - RENEW_AUTHORITY_MS < now) {
    const fresh = await makeKept(now);
    const trusted = [kept.authority.certificate, ...kept.trusted];
    return { ...fresh, trusted: kept.authority.notAfter > now ? trusted : [] };
  }
  return isNearEnd(kept.signer, now) ? withSigner(kept, now) : kept;
}

function isNearEnd({ notAfter }: Pick<Pair, 'notAfter'>, now: number): boolean {
  return notAfter - RENEW_SIGNER_MS < now;
}

async function makeKept(now: number): Promise<Kept> {
  const authority = await makeAuthority({ from: now, to: wholeSecond(now + AUTHORITY_MS) });
  return withSigner({ authority, trusted: [] }, now);
}

async function withSigner({ authority, trusted }: Omit<Kept, 'signer'>, now: number): Promise<Kept> {
  const to = Math.min(now + SIGNER_MS, authority.notAfter);
  return { authority, trusted, signer: await makeSigner(authority, { from: now, to: wholeSecond(to) }) };
}

// Certificates know no fractions of a second.
function wholeSecond(milliseconds: number): number {
  return Math.floor(milliseconds / 1000) * 1000;
}

function signerOf({ signer }: Kept): Signer {
  return {
    key: createPrivateKey(signer.key),
    certificate: Buffer.from(bytesOf(signer.certificate)).toString('base64'),
    notAfter: signer.notAfter,
  };
}

type KeptPlace = { readonly files: Files; readonly kept: string; readonly bundlePath: string };

// The bundle first: a signer must never be used before its authority is written where the registry finds it.
async function write({ files, kept: path, bundlePath }: KeptPlace, kept: Kept): Promise<void> {
  const bundle = [kept.authority.certificate, ...kept.trusted].map((pem) => `${pem.trim()}\n`).join('');
  if ((await files.readText(bundlePath)) !== bundle) await files.writeText(bundlePath, bundle, 0o644);
  const text = `${JSON.stringify(kept)}\n`;
  if ((await files.readText(path)) !== text) await files.writeText(path, text, 0o600);
}

async function read({ files, kept: path }: KeptPlace): Promise<Kept | null> {
  const text = await files.readText(path);
  if (text === null) return null;
  const kept = asObject(parseJson(text));
  const [authority, signer] = [pairIn(kept['authority']), pairIn(kept['signer'])];
  const trusted = Array.isArray(kept['trusted']) ? kept['trusted'].map(asText) : [];
  if (authority !== null && signer !== null) return { authority, trusted, signer };
  throw new PodctlError('BAD_DATA', `\`${path}\` does not hold RAC's keys`, {
    hint: 'remove it, and new ones are made at the next start',
  });
}

function pairIn(value: unknown): Pair | null {
  const pair = asObject(value);
  const [certificate, key, notAfter] = [asText(pair['certificate']), asText(pair['key']), pair['notAfter']];
  return certificate === '' || key === '' || typeof notAfter !== 'number' ? null : { certificate, key, notAfter };
}
