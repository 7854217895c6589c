import { PodctlError } from '../../core/errors.js';

const NAME = /^[a-z0-9](?:-?[a-z0-9])*$/;
// Names that RAC itself goes by, or that would look like it.
const RESERVED = ['rac', 'anonymous', 'library', 'podctl', 'system', 'root', 'host'];

/** 2 to 39 characters: lower-case letters and digits, with single hyphens in between. */
export function isAccountName(name: string): boolean {
  return name.length >= 2 && name.length <= 39 && NAME.test(name);
}

/** Throws USAGE for a name that no account can have. */
export function checkAccountName(name: string): void {
  if (!isAccountName(name)) {
    throw new PodctlError('USAGE', 'this is no name for an account', {
      hint: '2 to 39 lower-case letters and digits, with single hyphens in between',
    });
  }
  if (RESERVED.includes(name)) {
    throw new PodctlError('USAGE', `no account can be called \`${name}\``, { hint: 'choose another name' });
  }
}

const SHORTEST = 10;
const LONGEST = 256;

/** Throws USAGE for a password that is too easy, or too long to hash. */
export function checkPassword(password: string, account: string): void {
  const length = Array.from(password).length;
  if (length < SHORTEST || length > LONGEST) {
    throw new PodctlError('USAGE', `a password has ${SHORTEST} to ${LONGEST} characters`, {
      hint: 'several words are easy to remember and hard to guess',
    });
  }
  if (password.toLowerCase().includes(account)) {
    throw new PodctlError('USAGE', "the password holds the account's name", { hint: 'choose another one' });
  }
}

/** Of audit rows about an account; no name of the registry looks so. */
export function subjectOf(account: string): string {
  return `@${account}`;
}
