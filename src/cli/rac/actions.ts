import { ACCOUNT_ACTIONS } from './account-actions.js';
import type { RacAction } from './action.js';
import { NAME_ACTIONS } from './name-actions.js';
import { TALK } from './talk.js';

/** Actions in the order of help; each is loaded when it is called. One row each. */
export const RAC_ACTIONS: Readonly<Record<string, RacAction>> = {
  up: {
    about: 'bring RAC up on this machine, in the background',
    words: '',
    flags: [
      ...(['foreground', 'home', 'engine', 'registry', 'domain', 'listen', 'apiPort', 'registryPort'] as const),
      ...(['proxyPort', 'tlsCert', 'tlsKey', 'trustedProxy', 'publicUrl', 'registryHost', 's3Bucket'] as const),
      ...(['s3Region', 's3Endpoint', 's3PathStyle', 'anonymousTtl', 'trustPushers', 'limit', 'json'] as const),
    ],
    load: async () => (await import('./up.js')).racUp,
  },
  down: {
    about: 'stop service, registry and applications; data stay. --purge: they are put aside, for undo',
    words: '',
    flags: ['home', 'purge', 'noSnapshot', 'confirm', 'json'],
    load: async () => (await import('./down.js')).racDown,
  },
  undo: {
    about: 'bring back what down --purge has put aside; --list, and --drop it for good',
    words: '[ID…]',
    flags: ['home', 'list', 'drop', 'yes', 'dryRun', 'json'],
    load: async () => (await import('./undo.js')).racUndo,
  },
  install: {
    about: 'start RAC with the machine: a service of systemd, or an agent of launchd',
    words: '',
    flags: ['home', 'dryRun'],
    load: async () => (await import('./install.js')).racInstall,
  },
  uninstall: {
    about: 'do so no more; data stay',
    words: '',
    flags: ['home', 'dryRun'],
    load: async () => (await import('./install.js')).racUninstall,
  },
  keys: {
    about: "rotate: a new key for the registry's tokens; rotate authority: also what stands behind it",
    words: 'rotate [authority]',
    flags: TALK,
    load: async () => (await import('./keys.js')).racKeys,
  },
  collect: {
    about: 'take layers that nothing needs out of the registry now; else it is done when nobody pushes',
    words: '',
    flags: TALK,
    load: async () => (await import('./collect.js')).racCollect,
  },
  serve: {
    about: 'be the service',
    words: '',
    flags: ['home'],
    hidden: true,
    load: async () => (await import('./serve.js')).racServe,
  },
  ...ACCOUNT_ACTIONS,
  ...NAME_ACTIONS,
};
