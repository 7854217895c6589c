import { PodctlError } from '../../core/errors.js';

/** The error of a flag that cannot be taken, with one that could. */
export function usage(message: string, hint: string): PodctlError {
  return new PodctlError('USAGE', message, { hint });
}
