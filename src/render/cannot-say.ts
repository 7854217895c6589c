import { PodctlError } from '../core/errors.js';

/** The error for a value that this way of speaking to this engine has no words for. */
export function cannotSay(message: string, hint: string): PodctlError {
  return new PodctlError('UNAVAILABLE', message, { hint });
}
