import { readFileSync } from 'node:fs';
import type { Server } from 'node:https';
import { wordsOf } from '../log.js';

/** PEM files. */
export type CertificateFiles = { readonly certificate: string; readonly key: string };
export type Certificate = { readonly cert: Buffer; readonly key: Buffer };

/** Throws what the system says of a file that cannot be read. */
export function readCertificate({ certificate, key }: CertificateFiles): Certificate {
  return { cert: readFileSync(certificate), key: readFileSync(key) };
}

export type FollowDeps = {
  readonly files: CertificateFiles;
  /** What the server has now. */
  readonly now: Certificate;
  /** Milliseconds between two looks. */
  readonly every: number;
  readonly warn: (event: string, fields: Readonly<Record<string, string>>) => void;
};

/**
 * New connections get a certificate that was renewed, open ones go on. Files that cannot be read, or of which only one is new yet, are left
 * for the next look. Gives what ends the looking.
 */
export function followCertificate(server: Pick<Server, 'setSecureContext'>, deps: FollowDeps): () => void {
  const { files, every, warn } = deps;
  let last = deps.now;
  const look = (): void => {
    try {
      const read = readCertificate(files);
      if (read.cert.equals(last.cert) && read.key.equals(last.key)) return;
      server.setSecureContext(read);
      last = read;
    } catch (error) {
      warn('certificate-not-taken', { file: files.certificate, problem: wordsOf(error) });
    }
  };
  const timer = setInterval(look, every).unref();
  return () => clearInterval(timer);
}
