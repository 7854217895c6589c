import type { RacAction } from './action.js';
import { TALK } from './talk.js';

const PASSWORD = ['passwordStdin', 'passwordFile', 'passwordCommand'] as const;

/** Accounts, tokens, claims and who else may use a name. */
export const ACCOUNT_ACTIONS: Readonly<Record<string, RacAction>> = {
  signup: {
    about: 'make an account and log in',
    words: 'ACCOUNT',
    flags: [...TALK, ...PASSWORD, 'admin'],
    load: async () => (await import('./accounts.js')).racSignup,
  },
  login: {
    about: 'log in; the password is kept nowhere',
    words: 'ACCOUNT',
    flags: [...TALK, ...PASSWORD],
    load: async () => (await import('./accounts.js')).racLogin,
  },
  whoami: {
    about: 'who is logged in',
    words: '',
    flags: TALK,
    load: async () => (await import('./accounts.js')).racWhoami,
  },
  passwd: {
    about: "change one's password, or on RAC's machine set a forgotten one",
    words: '[ACCOUNT]',
    flags: [...TALK, ...PASSWORD],
    load: async () => (await import('./accounts.js')).racPasswd,
  },
  logout: {
    about: 'end the session',
    words: '',
    flags: [...TALK, 'everywhere'],
    load: async () => (await import('./accounts.js')).racLogout,
  },
  token: {
    about: 'access tokens, for instance of CI: create NAME, list, revoke NAME',
    words: 'VERB [NAME]',
    flags: [...TALK, 'for', 'may', 'expires'],
    load: async () => (await import('./tokens.js')).racToken,
  },
  claim: {
    about: "make a name one's own, also one that was never pushed",
    words: 'NAME',
    flags: [...TALK, 'adopt'],
    load: async () => (await import('./claims.js')).racClaim,
  },
  unclaim: {
    about: 'give a name up',
    words: 'NAME',
    flags: TALK,
    load: async () => (await import('./claims.js')).racUnclaim,
  },
  transfer: {
    about: 'offer a name to another account, which takes it by claiming it',
    words: 'NAME [ACCOUNT]',
    flags: [...TALK, 'cancel'],
    load: async () => (await import('./claims.js')).racTransfer,
  },
  collaborators: {
    about: 'who else may push or pull: list, add or remove, NAME, ACCOUNT',
    words: 'VERB NAME [ACCOUNT]',
    flags: [...TALK, 'pullOnly'],
    load: async () => (await import('./collaborators.js')).racCollaborators,
  },
  private: {
    about: 'a name that only its owner and collaborators see',
    words: 'NAME',
    flags: TALK,
    load: async () => (await import('./claims.js')).racPrivate,
  },
  public: {
    about: 'a name that everybody may see and pull',
    words: 'NAME',
    flags: TALK,
    load: async () => (await import('./claims.js')).racPublic,
  },
  audit: {
    about: "who did what to a name, or with one's own account",
    words: '[NAME]',
    flags: [...TALK, 'tail'],
    load: async () => (await import('./audit.js')).racAudit,
  },
};
