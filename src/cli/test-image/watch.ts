import { PodctlError } from '../../core/errors.js';
import type { Context } from '../context.js';
import type { TestBed } from './bed.js';
import type { TestOptions } from './options.js';

/** placeholder */
export function watchTests(_: { readonly bed: TestBed; readonly options: TestOptions }, __: Context): Promise<number> {
  throw new PodctlError('BUG', 'not yet');
}
