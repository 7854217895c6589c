/** A tagged push, from a notification or found by comparing tags with what is deployed. */
export type Push = {
  /** The registry's event id; `reconcile:NAME:TAG:DIGEST` where no event told of it. */
  readonly id: string;
  readonly name: string;
  readonly tag: string;
  /** `sha256:…` of the manifest or index. */
  readonly digest: string;
  /** Account that pushed; null: nobody was logged in. */
  readonly actor: string | null;
  /** Empty, with no actor, where nobody knows who pushed. */
  readonly address: string;
  /** Milliseconds since 1970. */
  readonly at: number;
};

/**
 * Make a push run. Resolves when its release is ready or has failed for a reason of its own (which is stored with it); rejects only for
 * what a later try may mend (engine or registry away). The same name and digest again is no new release. `mayStill` is asked before the
 * release takes over: its name may have been claimed by somebody else while it was pulled and started.
 */
export type Deploy = (push: Push, mayStill?: () => boolean) => Promise<void>;
