import type { Proxies } from '../../plan/doctor/proxy.js';

/** What an engine says of itself beyond EngineFacts. Empty texts: it does not say. */
export type EngineDetails = {
  /** Folder of its images, containers and volumes, on its own machine. */
  readonly root: string;
  readonly driver: string;
  readonly backing: string;
  readonly dType: boolean | null;
  /** What it goes through for pulls; null: it takes the shell's. */
  readonly proxies: Proxies | null;
  /** Its time when it answered, in milliseconds since 1970; null: it does not say. */
  readonly time: number | null;
  /** `netavark` or `cni`; '' for other engines. */
  readonly network: string;
};
