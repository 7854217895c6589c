/** What an access token may be used for; null in its place: all that its account may do. */
export type TokenScope = {
  /** Full names of the registry. */
  readonly names: readonly string[];
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
