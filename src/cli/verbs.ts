/** Names of podctl's own verbs, in the order of help. Apart from the table that loads them, so that looking a name up loads nothing. */
export const VERBS = [
  'up',
  'build',
  'pull',
  'fresh',
  'image',
  'lock',
  'login',
  'logout',
  'ps',
  'logs',
  'stop',
  'start',
  'restart',
  'exec',
  'run',
  'shell',
  'down',
  'config',
  'watch',
  'reset',
  'undo',
  'prune',
  'test-image',
  'explain',
  'plan',
  'audit',
  'doctor',
  'env',
  'db',
  'rac',
  'init',
  'profiles',
] as const;

export type Verb = (typeof VERBS)[number];

/** True when the word is one of podctl's own verbs. */
export function isVerb(word: string): word is Verb {
  return VERBS.some((verb) => verb === word);
}
