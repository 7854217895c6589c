/** Words of engines that this machine cannot be made to say, as others reported them. */
export const QUOTED: readonly { readonly id: string; readonly from: string; readonly output: string }[] = [
  {
    id: 'rate-limit',
    from: 'docker/hub-feedback#2505',
    output:
      'Error response from daemon: toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit',
  },
  {
    id: 'rate-limit',
    from: 'splunk/splunk-connect-for-syslog#1101',
    output:
      'Error: Error initializing source docker://splunk/scs:latest: Error reading manifest latest in docker.io/splunk/scs: toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit',
  },
  {
    id: 'pull-denied',
    from: 'readest/readest#6195',
    output:
      "Error response from daemon: pull access denied for minio/minio, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
  },
  {
    id: 'build-race',
    from: 'containers/buildah#5674, and podman 4.3.1 here when another program removes an image at that moment',
    output:
      'STEP 2/3: COPY stamp /stamp\nError: checking if cached image exists from a previous build: getting top layer info: layer not known',
  },
  {
    id: 'build-race',
    from: 'containers/buildah#5674',
    output:
      'COMMIT c1\nError: committing container for step RUN echo hi: copying layers and metadata for container "a8d0": committing the finished image: creating image "4167": layer not known',
  },
  {
    id: 'selinux',
    from: 'podman#2379',
    output: 'Error: relabel failed "/home/tt/g/user-cont/packit": operation not permitted',
  },
  {
    id: 'cgroup-limits',
    from: 'podman#8914',
    output: 'Error: OCI runtime error: the requested cgroup controller `cpu` is not available',
  },
  {
    id: 'cgroup-limits',
    from: 'podman#6368',
    output:
      'Error: invalid configuration, cannot specify resource limits without cgroups v2 and --cgroup-manager=systemd',
  },
  {
    id: 'selinux',
    from: 'opencontainers/selinux, go-selinux/label/label_linux.go',
    output: 'Error: SELinux relabeling of /usr is not allowed',
  },
  {
    id: 'newuidmap-missing',
    from: 'podman#9271',
    output: 'Error: cannot find newuidmap: exec: "newuidmap": executable file not found in $PATH',
  },
  {
    id: 'newuidmap-missing',
    from: 'NixOS/nixpkgs#215332',
    output:
      'Error: command required for rootless mode with multiple IDs: exec: "newuidmap": executable file not found in $PATH',
  },
  {
    id: 'newuidmap-missing',
    from: 'podman#16576',
    output:
      'ERRO[0000] running `/usr/bin/newuidmap 19 0 1000 1 1 1 999 1000 1001 64535`: newuidmap: write to uid_map failed: Operation not permitted\nError: cannot set up namespace using "/usr/bin/newuidmap": should have setuid or have filecaps setuid: exit status 1',
  },
  {
    id: 'subuid-missing',
    from: 'sickcodes/dock-droid#18',
    output:
      'Error: writing blob: adding layer with blob "sha256:7379": Error processing tar file(exit status 1): potentially insufficient UIDs or GIDs available in user namespace (requested 1000:1000 for /home/arch): Check /etc/subuid and /etc/subgid: lchown /home/arch: invalid argument',
  },
  {
    id: 'secret-file-gone',
    from: 'docker 20.10.24, whose folder of secret files was removed',
    output:
      'Error response from daemon: error mounting "/s/podctl/secrets/d5@web@1@KEY" to rootfs at "/k": stat /s/podctl/secrets/d5@web@1@KEY: no such file or directory: unknown\nError: failed to start containers: web',
  },
  {
    id: 'build-lookup',
    from: "alexbers/mtprotoproxy#212, the mirror's name changed",
    output:
      "W: Failed to fetch http://mirror.example/debian/dists/buster-updates/InRelease  Temporary failure resolving 'mirror.example'\nReading state information...\nE: Unable to locate package libcap2-bin\nERROR: Service 'mtprotoproxy' failed to build: The command '/bin/sh -c apt-get update && apt-get install -y libcap2-bin' returned a non-zero code: 100",
  },
];
