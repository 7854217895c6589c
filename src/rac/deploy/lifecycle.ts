import type { AppSpec } from './app-spec.js';

/** How awake a name is. `holder`: its container is stopped beside a running network holder; `removed`: nothing of it runs or stands. */
export type Tier = 'running' | 'paused' | 'holder' | 'removed';

/** Where a running application answers. */
export type Upstream = {
  /** Address of the container as the proxy reaches it. */
  readonly address: string;
  readonly port: number;
  readonly release: number;
};

/** What the proxy needs of a name; null: no such name, or nothing of it can be served (`reason` says why, for people). */
export type Servable =
  | {
      readonly ok: true;
      readonly name: string;
      readonly release: number;
      readonly app: AppSpec;
    }
  | {
      readonly ok: false;
      readonly name: string | null;
      readonly reason: string;
      /** Its first release is on its way: whoever asks may wait. */
      readonly coming?: boolean;
    };

/** `still` is asked when it is this call's turn: false leaves the name as it is. */
export type ToSleep = (name: string, still?: () => boolean) => Promise<void>;

/**
 * The containers of all names, one operation at a time per name. Everything that starts waits until the application answers; what does
 * not in time rejects with PodctlError whose problems are the last log lines.
 */
export type Lifecycle = {
  /** By host name of a request, without its port. */
  readonly find: (host: string) => Servable;
  readonly tierOf: (name: string) => Tier;
  /** From any tier to running. Callers see to it that one start serves all who wait. */
  readonly wake: (name: string) => Promise<Upstream & { readonly from: Tier }>;
  readonly pause: ToSleep;
  /** To the holder tier: the container is made anew beside a holder, stopped. */
  readonly stop: ToSleep;
  readonly remove: ToSleep;
  /** Called when a release takes over (requests under way stay with the old one until `drained`), or when a name stops being served. */
  readonly onChange: (listener: (name: string, upstream: Upstream | null) => void) => void;
  /**
   * Of what `onChange` has replaced, the proxy has requests left only on these: all others of the name end now. A bounded time later they
   * end anyway. Told by where they answer, because one release may have had two containers within that time.
   */
  readonly drained: (name: string, inUse: readonly Upstream[]) => void;
  /** False where the engine cannot pause (rootless on cgroup v1): the tier is skipped. */
  readonly canPause: boolean;
};
