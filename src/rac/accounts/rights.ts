import type { Principal } from './principal.js';

/** `hint` is for people who push: who owns the name, and what to do. */
export type Verdict = { readonly ok: true } | { readonly ok: false; readonly message: string };

/** Who may do what with a name. Every door of RAC (token endpoint, API, web page) asks here and nowhere else. */
export type Rights = {
  readonly push: (who: Principal, name: string) => Verdict;
  readonly pull: (who: Principal, name: string) => Verdict;
  /** Roll back, stop, set variables, see logs, open a shell: the owner and administrators. */
  readonly manage: (who: Principal, name: string) => Verdict;
  /** See that it is there: what is private is unknown to strangers. */
  readonly see: (who: Principal, name: string) => Verdict;
};
