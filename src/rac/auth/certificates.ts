import type { webcrypto } from 'node:crypto';
import { PodctlError } from '../../core/errors.js';

/** A certificate with its private key, both PEM. */
export type Pair = { readonly certificate: string; readonly key: string; readonly notAfter: number };

/** Milliseconds since 1970. */
type Span = { readonly from: number; readonly to: number };

const EC = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const;
const AUTHORITY_NAME = 'CN=RAC authority';
const SIGNER_NAME = 'CN=RAC signer';
// Clocks of registry and RAC may differ a little.
const EARLIER_MS = 5 * 60_000;

/** An authority of its own: ES256 on P-256, which every Distribution from 2.8 takes. */
export async function makeAuthority({ from, to }: Span): Promise<Pair> {
  const x509 = await loadX509();
  const keys = await crypto.subtle.generateKey(EC, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: AUTHORITY_NAME,
    keys,
    notBefore: new Date(from - EARLIER_MS),
    notAfter: new Date(to),
    signingAlgorithm: SIGNATURE,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ],
  });
  return { certificate: certificate.toString('pem'), key: await pemOf(keys.privateKey), notAfter: to };
}

/** A signer's certificate under an authority; what it signs is taken wherever the authority is trusted. */
export async function makeSigner(authority: Pair, { from, to }: Span): Promise<Pair> {
  const x509 = await loadX509();
  const keys = await crypto.subtle.generateKey(EC, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: SIGNER_NAME,
    issuer: new x509.X509Certificate(authority.certificate).subject,
    publicKey: keys.publicKey,
    signingKey: await signingKeyOf(authority),
    notBefore: new Date(from - EARLIER_MS),
    notAfter: new Date(to),
    signingAlgorithm: SIGNATURE,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    ],
  });
  return { certificate: certificate.toString('pem'), key: await pemOf(keys.privateKey), notAfter: to };
}

// Needed only when certificates are made: once, and then at each renewal.
async function loadX509() {
  await import('reflect-metadata');
  return import('@peculiar/x509');
}

async function signingKeyOf({ key }: Pair): Promise<webcrypto.CryptoKey> {
  try {
    return await crypto.subtle.importKey('pkcs8', bytesOf(key), EC, false, ['sign']);
  } catch (error) {
    throw new PodctlError('BAD_DATA', "the key of RAC's authority cannot be read", {
      hint: 'podctl rac keys rotate --authority makes a new one',
      cause: error,
    });
  }
}

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${der.replaceAll(/.{64}(?=.)/g, '$&\n')}\n-----END PRIVATE KEY-----\n`;
}

/** DER of one PEM block. */
export function bytesOf(pem: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(pem.replaceAll(/-----[A-Z ]+-----|\s/g, ''), 'base64'));
}
