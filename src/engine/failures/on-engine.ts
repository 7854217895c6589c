import type { KnownFailure } from './failure.js';

/** The engine itself cannot work: nobody answers, a right or a tool is missing, the disk is full. */
export const ENGINE_FAILURES: readonly KnownFailure[] = [
  {
    id: 'socket-permission',
    words: [
      /permission denied while trying to connect to the docker (?:daemon socket|api)(?: at (?<socket>\S+?):)?/i,
      /dial unix (?<socket>\S+): connect: permission denied/i,
      /permission denied.*(?:docker|podman)[^ ]*\.sock|got permission denied/i,
    ],
    code: 'UNAVAILABLE',
    sentence: "this user may not talk to the engine's socket",
    hint: 'join its group (sudo usermod -aG docker $USER, then log in anew), or use a rootless engine with --engine podman',
  },
  {
    id: 'engine-down',
    words: [
      /cannot connect to the docker daemon(?: at (?<socket>\S+?)\.? )?/i,
      /failed to connect to the docker api(?: at (?<socket>\S+?);)?/i,
      /unable to connect to podman/i,
      /error during connect: .*docker/i,
    ],
    code: 'UNAVAILABLE',
    sentence: 'the engine does not run, or listens elsewhere',
    hint: 'start the engine (sudo systemctl start docker; podman machine start), or choose another one with --engine',
  },
  {
    id: 'newuidmap-missing',
    words: [
      /exec: "?(?<tool>newuidmap|newgidmap)"?: executable file not found/i,
      /(?:cannot|could not) find (?<tool>newuidmap|newgidmap)/i,
      /(?<tool>newuidmap|newgidmap): (?:write to |open of )?.*(?:operation not permitted|permission denied)/i,
    ],
    code: 'HOST_SETTING',
    sentence: 'a rootless engine needs `{tool}`, which is missing or may not do its work',
    hint: 'install it (sudo apt-get install uidmap, or shadow-utils); it must be owned by root and set-uid',
  },
  {
    id: 'subuid-missing',
    words: [
      /insufficient UIDs or GIDs available in user namespace/i,
      /no subuid ranges found for user "?(?<user>[^" ]+)/i,
      /(?:cannot find|no) mappings? (?:for user )?"?(?<user>[^" ]*)"? (?:in|found in) \/etc\/subuid/i,
    ],
    code: 'HOST_SETTING',
    sentence: 'this user has too few subordinate ids for a rootless engine',
    hint: 'give it a range: sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $USER, then podman system migrate',
  },
  {
    id: 'cgroup-limits',
    words: [
      /the requested cgroup controller `(?<controller>\w+)` is not available/i,
      /cannot set limits without cgroups|cannot specify resource limits without cgroups v2/i,
      /resource limits are not supported and ignored on cgroups v1 rootless/i,
    ],
    code: 'HOST_SETTING',
    sentence: 'a rootless engine may set no `{controller|memory or CPU}` limit here',
    hint: 'delegate the controllers to users (systemd: Delegate=cpu cpuset io memory pids in user@.service.d), or take the limit out of the profile',
  },
  {
    id: 'storage-driver',
    words: [
      /user-selected graph driver "(?<driver>[^"]+)" overwritten by graph driver "[^"]+" from database/i,
      /database (?:graph|storage) .*(?:does not match|mismatch)/i,
      /(?:error initializing graphdriver|prior storage driver|graph ?driver not supported|storage driver .* not supported|driver not supported)/i,
      /kernel does not support overlay fs/i,
    ],
    code: 'HOST_SETTING',
    sentence: "the engine's storage was made with another storage driver, or the kernel lacks the one that is set",
    hint: "set the driver that made it (podman: storage.conf; docker: daemon.json); `{engine} info` names today's. Nothing is deleted by that",
  },
  {
    id: 'disk-full',
    words: [/no space left on device/i, /disk quota exceeded/i],
    code: 'CANNOT_CREATE',
    sentence: 'the disk is full',
    hint: 'see what takes the room with `{engine} system df`, and make some with `podctl prune`',
  },
  {
    id: 'memory-limit',
    words: [
      /minimum memory limit allowed is (?<least>\S+)/i,
      /OOM-killed \(memory limit too low/i,
      /unable to set memory limit to \d+/i,
      /cannot allocate memory/i,
    ],
    code: 'BAD_DATA',
    sentence: 'the memory limit is too low for the container to start at all',
    hint: 'raise `memory` in the profile; engines want {least|6MB} at least, and most programs far more',
  },
  {
    id: 'selinux',
    words: [
      /selinux relabeling of (?<path>\S+) is not allowed/i,
      /relabeling content in (?<path>\S+) is not allowed/i,
      /(?:lsetxattr|relabel failed) "?(?<path>[^":]+)"?.*: (?:operation not permitted|operation not supported|permission denied|read-only file system)/i,
      /error setting label on mount source '(?<path>[^']+)'/i,
      /avc:\s+denied/i,
    ],
    code: 'HOST_SETTING',
    sentence: "SELinux does not let the container use {'path|this path}, or it cannot be labelled for it",
    hint: 'own the files (ls -lZ shows their labels), move them below your home, or mount them without a label: selinux = "none" in the mount; sudo ausearch -m avc -ts recent tells what was denied',
  },
];
