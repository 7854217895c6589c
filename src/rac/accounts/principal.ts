/** What an access token may be used for; null in its place: all that its account may do. */
export type TokenScope = {
  /** Full names of the registry; null: all that its account has to do with. */
  readonly names: readonly string[] | null;
  readonly actions: readonly ('push' | 'pull' | 'manage')[];
};

/** Who asks, after the proof was checked. */
export type Principal =
  | { readonly kind: 'anonymous'; readonly address: string }
  | {
      readonly kind: 'account';
      readonly account: string;
      readonly admin: boolean;
      readonly by: 'password' | 'refresh' | 'session' | 'access';
      readonly scope: TokenScope | null;
      readonly address: string;
    };

/** As audit rows and messages name it. */
export function nameOf(principal: Principal): string {
  return principal.kind === 'account' ? principal.account : 'anonymous';
}

export type AccountPrincipal = Extract<Principal, { readonly kind: 'account' }>;
