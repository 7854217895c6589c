/** What was found out about an engine. Plain data, so that every rule can be tested for every engine on one machine. */
export type EngineName = 'docker' | 'podman' | 'nerdctl' | 'podman-hpc';

export type EngineFacts = {
  readonly name: EngineName;
  /** For instance `28.2.2`; the server's where there is one. */
  readonly version: string;
  /** Docker API version that was negotiated; null where no API answered. */
  readonly apiVersion: string | null;
  readonly rootless: boolean;
  /** The host enforces SELinux and the engine labels containers. */
  readonly selinux: boolean;
  /** The engine runs in a virtual machine (Desktop, podman machine, Colima), so host paths reach it through file sharing. */
  readonly vm: boolean;
  /** Architecture in Go's words: `amd64`, `arm64`. */
  readonly arch: string;
  readonly cgroup: 1 | 2;
  /** Docker's daemon-wide user namespace remapping. */
  readonly usernsRemap: boolean;
  /** Architectures that the host can also run through emulation. */
  readonly emulates: readonly string[];
  /** No engine answered: these are the newest known version's facts. */
  readonly assumed: boolean;
};

export type ImageFacts = {
  readonly ref: string;
  readonly id: string;
  /** null: the image has none. */
  readonly entrypoint: readonly string[] | null;
  readonly cmd: readonly string[] | null;
  /** Empty for root. */
  readonly user: string;
  readonly workdir: string;
  /** For instance `5000/tcp`. */
  readonly exposed: readonly string[];
  readonly volumes: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Variables that the image sets. */
  readonly env: Readonly<Record<string, string>>;
  readonly arch: string;
  readonly os: string;
};

export type VolumeFacts = {
  readonly name: string;
  /** Folder of the engine's host in which the files stand; left out where the engine does not say. */
  readonly mountpoint?: string | undefined;
  readonly driver: string;
  readonly options: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
};

/** Something that is mounted into a container. `source`: a path of the engine's host, or the name of a volume. */
export type MountedFacts = {
  readonly type: 'bind' | 'volume';
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  /** null: the engine's default. */
  readonly propagation: string | null;
};

export type ContainerFacts = {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly state: 'created' | 'running' | 'paused' | 'restarting' | 'exited' | 'dead' | 'removing' | 'unknown';
  readonly exitCode: number | null;
  readonly oomKilled: boolean;
  readonly startedAt: string | null;
  readonly labels: Readonly<Record<string, string>>;
  /** Binds and volumes; memory and layers of images are left out. */
  readonly mounts: readonly MountedFacts[];
  readonly ports: readonly {
    readonly address: string;
    readonly hostPort: number;
    readonly containerPort: number;
    readonly protocol: string;
  }[];
};

/** The user and host that podctl runs on, as the ownership rules need it. */
export type HostFacts = {
  readonly platform: 'linux' | 'darwin' | 'win32';
  /** null on Windows. */
  readonly uid: number | null;
  readonly gid: number | null;
  readonly home: string;
};
