import { PodctlError } from '../core/errors.js';
import { nearest } from '../core/nearest.js';

/**
 * Every flag of every command, once. One name has one meaning and one form everywhere: it takes a value or it does not,
 * so the command's name can be found on the line before any command is loaded.
 */
export type FlagSpec = {
  readonly long: string;
  readonly short?: string;
  /** Name of the value in help; without it the flag stands alone. */
  readonly value?: string;
  /** May be given several times; the values add up in order. */
  readonly many?: boolean;
  readonly choices?: readonly string[];
  readonly about: string;
};

export const FLAGS = {
  config: { long: 'config', short: 'c', value: 'FILE', about: "the application's own config file" },
  mode: { long: 'mode', short: 'm', value: 'MODE', about: 'mode of the profile, for instance public' },
  profile: { long: 'profile', value: 'NAME', about: 'shipped profile by name, or a file by path' },
  engine: {
    long: 'engine',
    value: 'NAME',
    about: 'docker, podman, nerdctl or podman-hpc; remembered for this project',
  },
  via: {
    long: 'via',
    value: 'WAY',
    choices: ['cli', 'api'],
    about: "run through the engine's program or through its API",
  },
  port: {
    long: 'port',
    value: 'PORT',
    many: true,
    about: 'publish on this host port: PORT, ADDRESS:PORT or [ADDRESS:]HOST:CONTAINER',
  },
  mount: {
    long: 'mount',
    value: 'MOUNT',
    many: true,
    about: 'add a mount: type=bind,source=…,target=…[,readonly] or SOURCE:TARGET[:ro]',
  },
  env: {
    long: 'env',
    short: 'e',
    value: 'NAME[=VALUE]',
    many: true,
    about: "set a variable in the container; NAME alone passes on podctl's own",
  },
  envFile: { long: 'env-file', value: 'FILE', many: true, about: 'read variables from this file; a later file wins' },
  composeFile: {
    long: 'compose-file',
    short: 'f',
    value: 'FILE',
    many: true,
    about: 'compose file; later ones go over earlier ones (-f is --follow after logs)',
  },
  composeProfile: {
    long: 'compose-profile',
    value: 'NAME',
    many: true,
    about: 'take the services of this profile of the compose files too',
  },
  projectName: { long: 'project-name', short: 'p', value: 'NAME', about: 'name of the stack in place of its own' },
  provider: {
    long: 'provider',
    value: 'NAME',
    about: 'program that runs the compose files, for instance compose-v2; remembered for this project',
  },
  image: { long: 'image', value: 'REF', about: 'run this image instead' },
  tag: { long: 'tag', value: 'TAG', about: "use this tag of the profile's image" },
  detach: { long: 'detach', short: 'd', about: 'start in the background; end when it answers' },
  iKnow: { long: 'i-know', about: 'start although podctl sees that data may be damaged; it says what and why' },
  from: { long: 'from', value: 'FILE', about: 'sample env file to begin with' },
  file: { long: 'file', value: 'FILE', about: 'the env file to write' },
  yes: { long: 'yes', short: 'y', about: 'ask nothing' },
  resolve: { long: 'resolve', about: 'ask the files and programs that values come from, too' },
  dryRun: { long: 'dry-run', about: 'print what would be done and stop' },
  json: { long: 'json', about: 'print one JSON document' },
  shell: {
    long: 'shell',
    value: 'SHELL',
    choices: ['sh', 'powershell', 'cmd'],
    about: 'quote printed commands for this shell',
  },
  imageServer: { long: 'image-server', value: 'HOST', about: "server of the profile's image, for instance ghcr.io" },
  imageProject: { long: 'image-project', value: 'NAME', about: "project of the profile's image" },
  imageName: { long: 'image-name', value: 'NAME', about: "name of the profile's image, without server and project" },
  platform: {
    long: 'platform',
    value: 'OS/ARCH',
    many: true,
    about: 'platform of the image, for instance linux/arm64; several: once more, or with commas',
  },
  buildArg: {
    long: 'build-arg',
    value: 'NAME[=VALUE]',
    many: true,
    about: "build argument of the images named; NAME alone passes on podctl's own variable",
  },
  target: { long: 'target', value: 'STAGE', about: 'stop at this stage of the build file' },
  secret: {
    long: 'secret',
    value: 'SECRET',
    many: true,
    about: 'secret that the build may read: id=NAME,src=FILE or id=NAME,env=VARIABLE',
  },
  cacheFrom: { long: 'cache-from', value: 'PLACE', many: true, about: 'take layers of earlier builds from here' },
  cacheTo: { long: 'cache-to', value: 'PLACE', many: true, about: 'put layers for later builds here' },
  label: { long: 'label', value: 'NAME=VALUE', many: true, about: 'label of the built image' },
  plainHttp: { long: 'plain-http', about: 'the registry, on this machine, speaks HTTP without TLS' },
  passwordStdin: { long: 'password-stdin', about: 'read the password or token from stdin' },
  passwordFile: { long: 'password-file', value: 'FILE', about: 'read the password or token from this file' },
  passwordCommand: {
    long: 'password-command',
    value: 'COMMAND',
    about: 'take what this program prints, for instance "gh auth token"; no shell reads it',
  },
  allEngines: { long: 'all-engines', about: 'for every engine that answers' },
  withBase: { long: 'with-base', about: 'build base images again too' },
  only: { long: 'only', value: 'NAME', many: true, about: 'build this image and nothing it is built on' },
  pull: { long: 'pull', about: 'ask the registry for newer images, for a build those that it stands on' },
  strictContext: { long: 'strict-context', about: 'refuse the build when its context holds a secret' },
  locked: { long: 'locked', about: 'use exactly the images of podctl.lock' },
  check: { long: 'check', about: 'only say what differs; nothing is written' },
  noCache: { long: 'no-cache', about: 'build every layer again' },
  new: { long: 'new', about: 'in a container of its own, also when one runs' },
  user: {
    long: 'user',
    short: 'u',
    value: 'USER',
    about: 'user of the container (uid, uid:gid or a name), or at the registry',
  },
  workdir: { long: 'workdir', short: 'w', value: 'DIR', about: 'start in this folder of the container' },
  ports: {
    long: 'ports',
    value: 'HOW',
    about: '`auto`: a host port that is taken becomes a free one, remembered for the project; `files`: forget that',
  },
  build: { long: 'build', about: 'build first what is built here' },
  mountSource: { long: 'mount-source', about: "test the sources of this machine instead of the image's own copy" },
  timeout: { long: 'timeout', value: 'TIME', about: 'give up after this time, for instance 90s or 10m' },
  watch: { long: 'watch', about: 'run again whenever a file changes, until Ctrl-C' },
  reportDir: { long: 'report-dir', value: 'DIR', about: 'copy all reports into this folder' },
  noServices: { long: 'no-services', about: 'start no services beside it' },
  follow: { long: 'follow', short: 'f', about: 'go on as new lines come' },
  tail: { long: 'tail', value: 'LINES', about: 'only the last LINES lines' },
  all: { long: 'all', short: 'a', about: 'of every project, not only this one' },
  entrypoint: {
    long: 'entrypoint',
    value: 'PROGRAM',
    about: 'start this program in place of the one that the image names',
  },
  noTty: { long: 'no-tty', short: 'T', about: 'no terminal in the container, also when podctl has one' },
  rm: { long: 'rm', about: 'remove the container when it ends; run always does' },
  noDeps: { long: 'no-deps', about: 'do not start what the service depends on' },
  force: { long: 'force', about: 'replace what is there; what was there is kept' },
  stop: { long: 'stop', about: 'stop the containers that use the data, and start them again afterwards' },
  pause: { long: 'pause', about: 'pause the containers that write to the files meanwhile' },
  confirm: {
    long: 'confirm',
    value: 'NAME',
    about: 'name of the project, of the protected data or of the engine, to say that it is meant',
  },
  volume: { long: 'volume', value: 'NAME', many: true, about: 'this volume or mounted folder, and no other' },
  noSnapshot: { long: 'no-snapshot', about: 'keep nothing: what is emptied is gone for good' },
  list: { long: 'list', about: 'list what is kept' },
  drop: { long: 'drop', about: 'remove what is kept, for good' },
  olderThan: { long: 'older-than', value: 'TIME', about: 'only what is at least so old, for instance 12h or 7d' },
  keep: { long: 'keep', value: 'N', about: 'also images with a tag, but the newest N of each name' },
  volumes: {
    long: 'volumes',
    value: 'NAME',
    many: true,
    about: 'also this volume, or those that a pattern fits (* and ?); undo keeps what is in them',
  },
  images: { long: 'images', value: 'TAG', many: true, about: 'this image name, and nothing that is not named' },
  buildCache: { long: 'build-cache', about: 'also the build cache, which no project owns' },
  help: { long: 'help', short: 'h', about: 'show help' },
  version: { long: 'version', short: 'V', about: 'show the version' },
} as const satisfies Record<string, FlagSpec>;

export type FlagKey = keyof typeof FLAGS;

const LIST: readonly FlagSpec[] = Object.values(FLAGS);

/** Names of all long flags, for suggestions. */
export const LONG_FLAGS: readonly string[] = LIST.map((flag) => flag.long);

/** The command's name and the words around it; `name` null when the line has none. */
export type CommandLine = { readonly name: string | null; readonly rest: readonly string[] };

/**
 * Find the command on the line: the first word that is neither a flag nor a flag's value. A flag before it must be known, else
 * nobody could tell its value from the command.
 */
export function findCommand(argv: readonly string[]): CommandLine {
  let index = 0;
  while (index < argv.length) {
    const word = argv[index] ?? '';
    if (word === '--') break;
    if (!word.startsWith('-') || word === '-') {
      return { name: word, rest: [...longForms(argv.slice(0, index)), ...argv.slice(index + 1)] };
    }
    index += takesNext(word) ? 2 : 1;
  }
  return { name: null, rest: argv };
}

// `-f` before the command is a compose file, as compose has it; after `logs` it is --follow.
function longForms(words: readonly string[]): readonly string[] {
  const { long, short } = FLAGS.composeFile;
  return words.map((word) =>
    word === `-${short}` ? `--${long}` : word.startsWith(`-${short}`) ? `--${long}=${word.slice(2)}` : word,
  );
}

/**
 * Put `--` before the program's own words: what follows the first `positionals` words of the line belongs to it, dashes and all.
 * A line that has its own `--` before them is left as it is.
 */
export function separateProgram(line: readonly string[], positionals: number): readonly string[] {
  let seen = 0;
  for (let index = 0; index < line.length; ) {
    const word = line[index] ?? '';
    if (word === '--') return line;
    const isFlag = word.startsWith('-') && word !== '-';
    if (!isFlag && seen === positionals) return [...line.slice(0, index), '--', ...line.slice(index)];
    if (!isFlag) seen += 1;
    index += isFlag && takesNext(word) ? 2 : 1;
  }
  return line;
}

/** The value of a flag on a line that is not parsed yet; undefined when the flag is not there. */
export function findValue(line: readonly string[], key: FlagKey): string | undefined {
  const flag = `--${FLAGS[key].long}`;
  const words = line.slice(0, line.includes('--') ? line.indexOf('--') : undefined);
  const at = words.findLastIndex((word) => word === flag || word.startsWith(`${flag}=`));
  if (at === -1) return undefined;
  const word = words[at] ?? '';
  return word.includes('=') ? word.slice(flag.length + 1) : words[at + 1];
}

/**
 * Words after `--` are the program's own, also where a positional was left out before them: an empty one is put in its place.
 */
export function keepPlace(line: readonly string[], positionals: number): readonly string[] {
  const end = line.indexOf('--');
  if (end === -1) return line;
  let seen = 0;
  for (let index = 0; index < end; ) {
    const word = line[index] ?? '';
    const isFlag = word.startsWith('-') && word !== '-';
    if (!isFlag) seen += 1;
    index += isFlag && takesNext(word) ? 2 : 1;
  }
  const empty = Array.from({ length: Math.max(0, positionals - seen) }, () => '');
  return [...line.slice(0, end + 1), ...empty, ...line.slice(end + 1)];
}

function takesNext(word: string): boolean {
  if (word.startsWith('--')) {
    const name = word.slice(2).replace(/=.*/s, '');
    const flag = LIST.find(({ long }) => long === name);
    if (flag === undefined) throw unknownFlag(`--${name}`);
    return flag.value !== undefined && !word.includes('=');
  }
  // `-dm public`: a cluster takes the next word when its first flag with a value is its last letter.
  const letters = word.slice(1).split('');
  const unknown = letters.findIndex((letter) => !LIST.some(({ short }) => short === letter));
  const valued = letters.findIndex((letter) =>
    LIST.some(({ short, value }) => short === letter && value !== undefined),
  );
  if (unknown !== -1 && (valued === -1 || unknown < valued)) throw unknownFlag(`-${letters[unknown]}`);
  return valued !== -1 && valued === letters.length - 1;
}

function unknownFlag(flag: string): PodctlError {
  const meant = flag.startsWith('--') ? nearest(flag.slice(2), LONG_FLAGS) : undefined;
  return new PodctlError('USAGE', `unknown option \`${flag}\``, {
    hint: meant === undefined ? 'podctl --help lists the commands and options' : `did you mean --${meant}?`,
  });
}
