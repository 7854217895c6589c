import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { PodctlError } from '../../core/errors.js';
import { Secret } from '../../core/secret.js';
import type { Files } from '../../io/files.js';

/** Encrypts values for the database. `place` (name and key) is bound to the text, so that none can be moved to another row. */
export type Seal = {
  readonly close: (value: Secret, place: string) => string;
  /** Throws PodctlError('BAD_DATA') for a text that was changed, moved, or made with another key. */
  readonly open: (sealed: string, place: string) => Secret;
};

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** With the key of RAC's home, which is made where there is none. */
export async function openSeal(home: string, files: Files): Promise<Seal> {
  const path = join(home, 'variables.key');
  const kept = await files.readText(path);
  const key = kept === null ? randomBytes(KEY_BYTES) : Buffer.from(kept.trim(), 'base64');
  if (key.length !== KEY_BYTES) {
    throw new PodctlError('BAD_DATA', `\`${path}\` holds no key`, {
      hint: 'bring it back from a backup: variables cannot be read without',
    });
  }
  if (kept === null) await files.writeText(path, `${key.toString('base64')}\n`, 0o600);
  return makeSeal(key);
}

export function makeSeal(key: Uint8Array): Seal {
  return {
    close: (value, place) => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(place));
      const text = Buffer.concat([cipher.update(value.reveal(), 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, text, cipher.getAuthTag()]).toString('base64');
    },
    open: (sealed, place) => {
      try {
        const bytes = Buffer.from(sealed, 'base64');
        const cipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
        cipher.setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(-TAG_BYTES));
        const text = Buffer.concat([cipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), cipher.final()]);
        return new Secret(text.toString('utf8'));
      } catch (cause) {
        throw new PodctlError('BAD_DATA', 'a variable cannot be decrypted', {
          hint: "its key in RAC's home is another one than it was set with: set the variable again",
          cause,
        });
      }
    },
  };
}
