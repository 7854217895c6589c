import type { KnownFailure } from './failure.js';

const ENDED = String.raw`(?:returned a non-zero code|did not complete successfully: exit code|executor failed running|exit status|while running runtime)`;

/** Builds. The words of a step's own program stand in the output too, so these come first. */
export const BUILD_FAILURES: readonly KnownFailure[] = [
  {
    id: 'build-frontend',
    words: [
      /(?:failed to resolve source metadata for|failed to solve with frontend|error resolving|frontend)[^\n]*(?<frontend>docker\/dockerfile\S*?):? /i,
    ],
    code: 'UNAVAILABLE',
    sentence: "BuildKit cannot fetch the `# syntax=` line's {frontend|frontend} from its registry",
    hint: 'take the line out when nothing of it is needed, pull it from a mirror, or build with podman, which reads such files without it',
  },
  {
    id: 'builder-missing',
    words: [/BuildKit is enabled but the buildx component is missing or broken/i, /'buildx' is not a docker command/i],
    code: 'HOST_SETTING',
    sentence: "docker's builder, the plugin buildx, is not installed",
    hint: 'install it (docker-buildx-plugin or docker-buildx), or build without: DOCKER_BUILDKIT=0',
  },
  {
    id: 'build-race',
    words: [
      /checking if cached image exists from a previous build: [^\n]*not known/i,
      /(?:committing|creating image|copying layers)[^\n]*: (?:layer|image) not known/i,
    ],
    code: 'TRY_AGAIN',
    sentence: 'another program removed an image while this one was built',
    hint: 'run it again when nothing else removes images',
  },
  {
    id: 'build-lookup',
    words: [
      new RegExp(
        String.raw`(?:could not resolve host|temporary failure (?:in name )?resolv\w*|bad address)[:' ]*(?<host>[\w.-]+)?[\s\S]*${ENDED}`,
        'i',
      ),
    ],
    code: 'UNAVAILABLE',
    sentence: "a step of the build could not look up the name {'host|of a host} (DNS)",
    hint: 'see that containers have the network: dns in daemon.json or containers.conf; behind a proxy pass --build-arg HTTPS_PROXY',
  },
  {
    id: 'build-program',
    words: [
      /The command '(?<step>[^']*)' returned a non-zero code: 127/i,
      /process "(?<step>[^"]*(?:\\"[^"]*)*)" did not complete successfully: exit code: 127/i,
      /executor failed running \[(?<step>[^\n]*)\]: exit code: 127/i,
      /STEP "RUN (?<step>(?:\\"|[^"])*)": while running runtime: exit status 127/i,
    ],
    code: 'CANNOT_CREATE',
    sentence: 'the build step `{step}` calls a program that the image does not have',
    hint: 'install it in an earlier step, or check the spelling; its last lines are above',
  },
  {
    id: 'build-step',
    words: [
      /The command '(?<step>[^']*)' returned a non-zero code: (?<exit>\d+)/i,
      /process "(?<step>[^"]*(?:\\"[^"]*)*)" did not complete successfully: exit code: (?<exit>\d+)/i,
      /executor failed running \[(?<step>[^\n]*)\]: exit code: (?<exit>\d+)/i,
      /STEP "(?<step>(?:\\"|[^"])*)": while running runtime: exit status (?<exit>\d+)/i,
    ],
    code: 'CANNOT_CREATE',
    sentence: 'the build step `{step}` ended with {exit}',
    hint: 'its own words are above; podctl build --no-cache runs every step again',
  },
  {
    id: 'copy-missing',
    words: [
      /COPY failed: file not found in build context or excluded by \.dockerignore: stat (?<path>[^:]+):/i,
      /failed to (?:calculate checksum of|compute cache key)[^\n]*"(?<path>\/[^"]+)"(?: not found)?: not found/i,
      /STEP "(?:COPY|ADD) [^\n]*copier: stat: ?(?:\[?"?)(?<path>[^"\]\s]+)"?\]?: no such file or directory/i,
      /no items matching glob "(?<path>[^"]+)" copied(?: \(\d+ filtered out[^\n]*\))?/i,
      /(?:COPY|ADD) [^\n]*(?:no such file or directory|not found|file does not exist)/i,
    ],
    code: 'MISSING_INPUT',
    sentence:
      "COPY or ADD finds no {'path|such file} in the build context: it is not there, or the ignore file leaves it out",
    hint: 'podctl image context lists what the build may read and which line of .dockerignore or .containerignore takes the rest out',
  },
  {
    id: 'build-target',
    words: [
      /(?:target stage|stage|failed to reach build target|build target) "?(?<stage>[\w.-]+)"? (?:could not be found|not found|in Dockerfile)/i,
      /target stage "?(?<stage>[\w.-]+)"?/i,
      /the target "?(?<stage>[\w.-]+)"? was not found/i,
      /failed to reach build target (?<stage>\S+)/i,
    ],
    code: 'BAD_DATA',
    sentence: 'the build file has no stage `{stage}`',
    hint: 'name one that a FROM … AS line gives: --target, or `target` of the image in the profile',
  },
  {
    id: 'build-file-wrong',
    words: [
      /dockerfile parse error(?: on)?/i,
      /(?:unknown instruction|Build error: Unknown instruction): "?(?<word>[\w-]+)/i,
      /failed to parse dockerfile|file with no instructions/i,
    ],
    code: 'BAD_DATA',
    sentence: 'the build file cannot be read',
    hint: 'look at the line that the builder names; instructions begin their lines',
  },
  {
    id: 'build-file',
    words: [
      /unable to evaluate symlinks in Dockerfile path: lstat (?<path>\S+?):/i,
      /(?:failed to read dockerfile|the specified Containerfile or Dockerfile does not exist|Cannot locate specified Dockerfile|no Containerfile or Dockerfile specified)[^\n]*/i,
      /^Error: stat (?<path>\S+): no such file or directory\s*$/im,
    ],
    code: 'MISSING_INPUT',
    sentence: "there is no build file {'path|where it is looked for}",
    hint: 'name it with `file` of the image in the profile; without it Containerfile or Dockerfile of the context is taken',
  },
];
