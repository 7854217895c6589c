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
  server: {
    long: 'server',
    value: 'URL',
    about: 'which RAC server; else PODCTL_RAC_SERVER, else the one of this machine',
  },
  home: { long: 'home', value: 'DIR', about: "folder of RAC's state; several RACs can run side by side" },
  foreground: { long: 'foreground', about: 'be the service instead of starting it; Ctrl-C ends it' },
  registry: {
    long: 'registry',
    value: 'WHAT',
    about: "the registry's program by path, or its image; else what is found",
  },
  domain: { long: 'domain', value: 'NAME', about: 'serve NAME.DOMAIN instead of NAME.localhost' },
  listen: { long: 'listen', value: 'ADDRESS', about: 'where applications are served; 127.0.0.1 unless this says more' },
  apiPort: { long: 'api-port', value: 'PORT', about: "port of RAC's API and web page, on 127.0.0.1" },
  registryPort: { long: 'registry-port', value: 'PORT', about: 'port of the registry, on 127.0.0.1' },
  proxyPort: { long: 'proxy-port', value: 'PORT', about: 'port of the applications' },
  tlsCert: { long: 'tls-cert', value: 'FILE', about: 'certificates in PEM for the applications; with --tls-key' },
  tlsKey: { long: 'tls-key', value: 'FILE', about: 'the key of --tls-cert' },
  trustedProxy: {
    long: 'trusted-proxy',
    value: 'CIDR',
    many: true,
    about: 'believe the forwarding headers of proxies with these addresses',
  },
  publicUrl: {
    long: 'public-url',
    value: 'URL',
    about: 'how users reach the API and the web page through a proxy in front',
  },
  registryHost: {
    long: 'registry-host',
    value: 'HOST',
    about: 'how users name the registry through a proxy in front, for instance registry.example.com',
  },
  s3Bucket: {
    long: 's3-bucket',
    value: 'NAME',
    about: 'keep layers in this S3 bucket; keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  },
  s3Region: { long: 's3-region', value: 'NAME', about: 'its region; us-east-1 unless this says another' },
  s3Endpoint: { long: 's3-endpoint', value: 'URL', about: "a server of one's own that speaks S3" },
  s3PathStyle: { long: 's3-path-style', about: 'the bucket stands in the path, not in the host name' },
  anonymousTtl: {
    long: 'anonymous-ttl',
    value: 'TIME',
    about: 'how long images under unclaimed names live after the last push, for instance 24h',
  },
  trustPushers: { long: 'trust-pushers', about: "run strangers' images even where they cannot be boxed in" },
  limit: {
    long: 'limit',
    value: 'NAME=VALUE',
    many: true,
    about: 'a bound for everybody, for instance memory=256m, disk=2g, start-timeout=60s',
  },
  adopt: { long: 'adopt', about: "also a stranger's image that stood under the name before it was claimed" },
  purge: { long: 'purge', about: 'also empty what is kept, after a list; undo brings it back' },
  admin: { long: 'admin', about: "make the account an administrator, by the secret in RAC's own folder" },
  everywhere: { long: 'everywhere', about: 'end all sessions and the logins of engines' },
  pullOnly: { long: 'pull-only', about: 'may pull, and not push' },
  cancel: { long: 'cancel', about: 'take the offer back' },
  for: {
    long: 'for',
    value: 'NAME',
    many: true,
    about: 'what a token is for, me/app; else all that its account may use',
  },
  may: { long: 'may', value: 'ACTIONS', about: 'what a token may do: push, pull, manage, with commas' },
  expires: { long: 'expires', value: 'TIME', about: 'when a token ends, for instance 12h or 90d' },
  help: { long: 'help', short: 'h', about: 'show help' },
  version: { long: 'version', short: 'V', about: 'show the version' },
} as const satisfies Record<string, FlagSpec>;

export type FlagKey = keyof typeof FLAGS;

/** The same as a list. */
export const FLAG_LIST: readonly FlagSpec[] = Object.values(FLAGS);

/** Names of all long flags, for suggestions. */
export const LONG_FLAGS: readonly string[] = FLAG_LIST.map((flag) => flag.long);
