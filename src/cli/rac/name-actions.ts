import type { RacAction } from './action.js';
import { TALK } from './talk.js';

/** What owners do with names, and what everybody sees of them. */
export const NAME_ACTIONS = {
  names: {
    about: 'list the names of the server, or those with this in them',
    words: '[TEXT]',
    flags: TALK,
    load: async () => (await import('./names.js')).racNames,
  },
  releases: {
    about: 'list what was pushed under a name',
    words: 'NAME',
    flags: TALK,
    load: async () => (await import('./names.js')).racReleases,
  },
  // Without a NAME these two are about the service itself.
  status: {
    about: 'how the service stands, or how a name does: state, warnings, why it failed',
    words: '[NAME]',
    flags: TALK,
    load: async () => (await import('./service-or-name.js')).racStatusOf,
  },
  logs: {
    about: 'what the service wrote, or the application of a name; -f: and what comes',
    words: '[NAME]',
    flags: ['follow', 'tail', ...TALK],
    load: async () => (await import('./service-or-name.js')).racLogsOf,
  },
  rollback: {
    about: 'bring an earlier release back; the last one that was ready, when none is named',
    words: 'NAME [RELEASE]',
    flags: TALK,
    load: async () => (await import('./change-name.js')).racRollback,
  },
  pin: {
    about: 'stay with a release: pushes are taken, but do not take over',
    words: 'NAME [RELEASE]',
    flags: TALK,
    load: async () => (await import('./change-name.js')).racPin,
  },
  unpin: {
    about: 'let the newest release take over again',
    words: 'NAME',
    flags: TALK,
    load: async () => (await import('./change-name.js')).racUnpin,
  },
  stop: {
    about: 'serve nothing under a name until start; its data stay',
    words: 'NAME',
    flags: TALK,
    load: async () => (await import('./change-name.js')).racStop,
  },
  start: {
    about: "serve a name again; --adopt: also a stranger's image that was there before it was claimed",
    words: 'NAME',
    flags: ['adopt', ...TALK],
    load: async () => (await import('./change-name.js')).racStart,
  },
  rm: {
    about: 'remove containers, images, variables and data of a name, after a list',
    words: 'NAME',
    flags: ['confirm', ...TALK],
    load: async () => (await import('./remove-name.js')).racRemove,
  },
  exec: {
    about: 'run a program inside, for the owner: exec NAME -- PROGRAM',
    words: 'NAME PROGRAM…',
    flags: ['noTty', 'server', 'home'],
    load: async () => (await import('./exec.js')).racExec,
  },
  env: {
    about: 'set, unset or list the variables of a name; values are never shown again',
    words: 'set|unset|list NAME [KEY[=VALUE]…]',
    flags: ['envFile', ...TALK],
    load: async () => (await import('./variables.js')).racEnv,
  },
} as const satisfies Readonly<Record<string, RacAction>>;
