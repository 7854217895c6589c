import type { Finding } from '../../../src/plan/doctor/finding.js';

/** A finding in one line; a warning or problem without a reason or a way out is a fault. */
export function brief({ level, seen, why, mend }: Finding): string {
  if ((level === 'warning' || level === 'problem') && (why === null || mend === null)) {
    throw new Error(`${level} without why or mend: ${seen}`);
  }
  return `${level}: ${seen}${mend === null ? '' : ` -> ${mend}`}`;
}
