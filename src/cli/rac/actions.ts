import type { Context } from '../context.js';
import type { FlagKey } from '../flags.js';
import type { Flags } from '../parser.js';

/** What stands on the line beside the action's name. */
export type RacLine = { readonly words: readonly string[]; readonly flags: Flags };

/** The work of an action; resolves with the exit code. */
export type RacWork = (line: RacLine, context: Context) => Promise<number>;

/** One action of `podctl rac`. */
export type RacAction = {
  readonly about: string;
  /** What it takes, as help shows it: `NAME`, `[NAME]` where it may be left out, `…` where more may follow. */
  readonly words: string;
  readonly flags: readonly FlagKey[];
  /** Not in help: podctl itself starts it. */
  readonly hidden?: true;
  readonly load: () => Promise<RacWork>;
};

/** Flags of whatever speaks to a RAC server. */
export const TALK = ['server', 'home', 'json'] as const;

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
  serve: {
    about: 'be the service',
    words: '',
    flags: ['home'],
    hidden: true,
    load: async () => (await import('./serve.js')).racServe,
  },
};
