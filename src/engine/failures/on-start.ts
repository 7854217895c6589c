import type { KnownFailure } from './failure.js';

/** A container's program cannot be started: it is not there, not for this machine, or may not be run. */
export const START_FAILURES: readonly KnownFailure[] = [
  {
    id: 'exec-format',
    words: [/exec format error/i],
    code: 'CANNOT_CREATE',
    sentence: 'the program is for another kind of machine, or is a script without `#!` in its first line',
    hint: 'compare `{engine} image inspect --format "{{.Architecture}}" IMAGE` with this machine, pull or build with --platform, or add #!/bin/sh',
  },
  {
    id: 'no-shell',
    words: [
      /exec: \\?"(?<program>(?:\/(?:usr\/)?bin\/)?(?:ba|da|a|z)?sh)\\?": (?:executable file not found|stat \S+ no such file)/i,
      /executable file `(?<program>(?:\/(?:usr\/)?bin\/)?(?:ba|da|a|z)?sh)` not found/i,
    ],
    code: 'CANNOT_CREATE',
    sentence: 'the image has no shell `{program}`: it may be a distroless one',
    hint: 'run its own program without a shell (podctl exec NAME PROGRAM), try another shell, or an image with one: podctl shell --new --image IMAGE. In a build: RUN ["PROGRAM"], or the step in an earlier stage',
  },
  {
    id: 'program-missing',
    words: [
      /exec: "(?<program>[^"]+)": executable file not found in \$PATH/i,
      /exec: "(?<program>[^"]+)": stat \S+ no such file or directory/i,
      /executable file `(?<program>[^`]+)` not found/i,
    ],
    unless: /docker-credential-|newuidmap|newgidmap/i,
    code: 'CANNOT_CREATE',
    sentence: 'the image has no program `{program}`',
    hint: "check the spelling of the command; what was given last replaces the image's own command (see it with `podctl image inspect`)",
  },
  {
    id: 'script-interpreter',
    words: [
      /exec:? "?(?<program>\/[^":\s]+)"?: no such file or directory/i,
      /exec container process (?:\(missing dynamic library\?\) )?`(?<program>[^`]+)`: no such file or directory/i,
    ],
    code: 'CANNOT_CREATE',
    sentence:
      '`{program}` is there, but not what it is started with: a script with Windows line ends (CRLF), or a missing interpreter or library',
    hint: 'turn the line ends into LF (sed -i "s/\\r$//" FILE, and `* text=auto eol=lf` in .gitattributes), or install the interpreter of its first line',
  },
  {
    id: 'not-executable',
    words: [
      /exec: "(?<program>[^"]+)": permission denied/i,
      /exec:? "?(?<program>\/[^":\s]+)"?: permission denied/i,
      /exec: "(?<program>[^"]+)": is a directory/i,
      /(?:open|exec(?: container process)?) `(?<program>[^`]+)`: permission denied/i,
    ],
    code: 'CANNOT_CREATE',
    sentence: '`{program}` may not be executed',
    hint: 'chmod +x FILE before the build or the mount (git update-index --chmod=+x FILE keeps it), and see that its file system is not mounted noexec',
  },
  {
    id: 'workdir-missing',
    words: [
      /workdir "?(?<path>[^" ]+)"? does not exist/i,
      /chdir to cwd \("(?<path>[^"]+)"\).*no such file or directory/i,
    ],
    code: 'CANNOT_CREATE',
    sentence: 'the working directory `{path}` is not in the container',
    hint: 'name one that is there with --workdir, or make it in the image (WORKDIR)',
  },
  {
    id: 'workdir-file',
    words: [
      /chdir to cwd \("(?<path>[^"]+)"\).*not a directory/i,
      /cannot mkdir: (?<path>\S+) is not a directory/i,
      /workdir "(?<path>[^"]+)" exists on container \S+, but is not a directory/i,
    ],
    code: 'CANNOT_CREATE',
    sentence: 'the working directory `{path}` is a file in the container',
    hint: 'name a folder with --workdir, or as `workdir` of the profile',
  },
  {
    id: 'user-unknown',
    words: [
      /unable to find user (?<user>[^:]+): no matching entries in passwd file/i,
      /unable to find (?:user|group) (?<user>[^:]+)/i,
    ],
    code: 'CANNOT_CREATE',
    sentence: 'the image knows no user `{user}`',
    hint: 'give numbers, which need no name: --user 1000:1000, or add the user in the image',
  },
];
