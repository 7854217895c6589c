import { quoteAll } from '../core/shell.js';
import type { Health } from '../spec/spec.js';
import { cannotSay } from './cannot-say.js';

/**
 * A health test as one shell line. Docker's program has no exec form, so its words are quoted for the image's shell; the API
 * could say it, but both ways must make the same container.
 */
export function shellTest(test: readonly string[]): string {
  const [form, ...words] = test;
  return form === 'CMD-SHELL' ? words.join(' ') : quoteAll(words, 'sh');
}

/** What podman's `--health-cmd` reads back as the same test: it takes a JSON list of two or more words for the exec form. */
export function podmanTest(test: readonly string[]): string {
  const [form, ...words] = test;
  if (form === 'CMD-SHELL') return JSON.stringify(['CMD-SHELL', words.join(' ')]);
  const [only = ''] = words;
  if (words.length > 1) return JSON.stringify(words);
  // One word in a list would become a shell line; after CMD podman splits at blanks, so a blank leaves only the shell line.
  return /\s/.test(only) || only === '' ? JSON.stringify(['CMD-SHELL', quoteAll(words, 'sh')]) : `CMD ${only}`;
}

/** Refuse what podman would forget: times and retries without a test. The image's own would be used instead. */
export function refuseTimesAlone(health: Health): void {
  const { test, interval, timeout, startPeriod, retries } = health;
  if (test !== null || [interval, timeout, startPeriod, retries].every((value) => value === null)) return;
  throw cannotSay(
    'podman takes health times only together with a health test',
    'write the test in [container.health], too',
  );
}
