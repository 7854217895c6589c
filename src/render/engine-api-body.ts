import type { Secret } from '../core/secret.js';

/**
 * What `POST /containers/create` of the Docker Engine API takes, in its own field names and units: bytes, nanoseconds, seconds for
 * StopTimeout, billionths of a core. Left out means the engine's or image's own. Secrets print as `[redacted]`.
 */
export type CreateBody = {
  readonly Image: string;
  readonly Hostname?: string;
  readonly User?: string;
  readonly WorkingDir?: string;
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  /** `NAME=VALUE`. */
  readonly Env?: readonly (string | Secret)[];
  readonly Labels?: Readonly<Record<string, string>>;
  readonly ExposedPorts?: Readonly<Record<string, Readonly<Record<string, never>>>>;
  readonly Tty: boolean;
  readonly OpenStdin: boolean;
  readonly StdinOnce: boolean;
  readonly AttachStdin: boolean;
  readonly AttachStdout: boolean;
  readonly AttachStderr: boolean;
  readonly StopSignal?: string;
  readonly StopTimeout?: number;
  readonly Healthcheck?: HealthcheckBody;
  readonly HostConfig: HostConfigBody;
  readonly NetworkingConfig?: {
    readonly EndpointsConfig: Readonly<Record<string, { readonly Aliases: readonly string[] }>>;
  };
};

export type HealthcheckBody = {
  readonly Test?: readonly string[];
  readonly Interval?: number;
  readonly Timeout?: number;
  readonly StartPeriod?: number;
  readonly Retries?: number;
};

export type HostConfigBody = {
  readonly AutoRemove: boolean;
  readonly Init?: boolean;
  readonly Mounts?: readonly MountBody[];
  readonly Binds?: readonly string[];
  readonly Tmpfs?: Readonly<Record<string, string>>;
  readonly PortBindings?: Readonly<Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[]>>;
  readonly NetworkMode?: string;
  /** `name:address`. */
  readonly ExtraHosts?: readonly string[];
  readonly Dns?: readonly string[];
  readonly Devices?: readonly DeviceBody[];
  readonly DeviceRequests?: readonly DeviceRequestBody[];
  readonly GroupAdd?: readonly string[];
  readonly UsernsMode?: string;
  readonly CapAdd?: readonly string[];
  readonly CapDrop?: readonly string[];
  readonly SecurityOpt?: readonly string[];
  readonly MaskedPaths?: readonly string[];
  readonly ReadonlyPaths?: readonly string[];
  readonly Privileged?: boolean;
  readonly ReadonlyRootfs?: boolean;
  readonly PidMode?: string;
  readonly IpcMode?: string;
  readonly Memory?: number;
  readonly MemorySwap?: number;
  readonly NanoCpus?: number;
  readonly PidsLimit?: number;
  readonly ShmSize?: number;
  readonly Ulimits?: readonly { readonly Name: string; readonly Soft: number; readonly Hard: number }[];
  readonly RestartPolicy?: { readonly Name: string; readonly MaximumRetryCount: number };
};

export type MountBody = {
  readonly Type: 'bind' | 'volume' | 'tmpfs';
  readonly Source?: string;
  readonly Target: string;
  readonly ReadOnly?: boolean;
  readonly BindOptions?: { readonly Propagation: string };
  readonly VolumeOptions?: {
    readonly DriverConfig: { readonly Name: string; readonly Options: Readonly<Record<string, string>> };
  };
  readonly TmpfsOptions?: { readonly SizeBytes?: number; readonly Mode?: number };
};

export type DeviceBody = {
  readonly PathOnHost: string;
  readonly PathInContainer: string;
  readonly CgroupPermissions: string;
};

export type DeviceRequestBody = {
  readonly Driver: string;
  readonly Count: number;
  readonly DeviceIDs: readonly string[] | null;
  readonly Capabilities: readonly (readonly string[])[] | null;
  readonly Options: Readonly<Record<string, string>>;
};
