import type { ContainerSpec } from '../spec/spec.js';

/** Why something stands on the command line, and what would happen without it. */
export type Reason = { readonly reason: string; readonly without: string };

/** A field of the spec as the reason for its flags. A new field does not compile until it says why. */
export const FIELD_REASONS = {
  name: {
    reason: 'podctl finds the container again by this name',
    without: 'the engine would make a name up, and a second start would not notice the first',
  },
  image: { reason: 'the container is made from this image', without: 'the engine would not know what to run' },
  platform: {
    reason: 'the image is wanted for this system and processor',
    without: 'the engine would take the image for its own processor, or whatever was pulled last',
  },
  pull: {
    reason: 'this says when the engine asks the registry for the image',
    without: 'the engine would pull the image only when it is missing',
  },
  hostname: {
    reason: 'the name that the container knows itself by',
    without: 'it would be the start of the container id',
  },
  user: {
    reason: 'the process runs as this user, who then owns what it writes',
    without: 'the process would run as the user that the image names, often root',
  },
  groups: { reason: 'the process gets this group as well', without: 'it could not open what only that group may open' },
  userns: {
    reason: 'this decides which user of the host each user of the container is',
    without: 'the engine’s own mapping would hold, and files could belong to somebody else outside',
  },
  workdir: {
    reason: 'the program starts in this folder',
    without: 'it would start in the folder that the image names',
  },
  entrypoint: {
    reason: 'this program is started in place of the one that the image names',
    without: 'the image’s own entrypoint would start',
  },
  args: {
    reason: 'an argument for the program in the container',
    without: 'the program would not get it; without any, the image’s own CMD would be used',
  },
  init: {
    reason: 'a small first process passes signals on and clears up after ended ones',
    without:
      'a program that does not expect to be process 1 would ignore SIGTERM, and be killed after the stop timeout',
  },
  tty: { reason: 'the container gets a terminal', without: 'programs would behave as in a pipe: no prompt, no colour' },
  interactive: {
    reason: 'what you type or pipe in reaches the program',
    without: 'its input would be closed from the start',
  },
  env: {
    reason: 'variables of the container, by a file or by name, so that no value stands on a command line',
    without: 'the program would not get these variables',
  },
  secrets: {
    reason: 'a secret reaches the container here, and its value stands on no command line',
    without: 'the program would not get this secret',
  },
  mounts: {
    reason: 'this puts data at a path of the container',
    without: 'that path would hold only what the image has there',
  },
  ports: {
    reason: 'this makes a port of the container reachable from outside it',
    without: 'nothing outside the container could connect to that port',
  },
  labels: {
    reason: 'podctl finds, lists and removes only what carries its labels',
    without: '`ps`, `logs`, `stop` and `down` would not know the container',
  },
  resources: {
    reason: 'a limit on what the container may use of the machine',
    without: 'it could use as much as the engine’s default allows, mostly everything',
  },
  network: {
    reason: 'the container joins this network',
    without: 'it would join the engine’s default network',
  },
  networkAliases: {
    reason: 'other containers of the network reach it by this name, too',
    without: 'they would only know its own name',
  },
  extraHosts: { reason: 'the container knows this host by name', without: 'the name would have to be in DNS' },
  dns: { reason: 'the container asks this name server', without: 'it would ask the host’s name servers' },
  devices: { reason: 'the container may use this device', without: 'the device would not be there inside' },
  gpus: { reason: 'the container may use these graphics processors', without: 'it would see none' },
  capAdd: { reason: 'the program needs this right of the kernel', without: 'what needs the right would fail' },
  capDrop: { reason: 'the program does not need this right', without: 'a break-in could use it' },
  security: {
    reason: 'this changes how the kernel confines the container',
    without: 'the engine’s own rules would hold',
  },
  privileged: {
    reason: 'the profile asks for every right and device of the host',
    without: 'the container would be confined as usual',
  },
  readOnlyRoot: {
    reason: 'the image’s files cannot be changed at run time',
    without: 'the program could write anywhere in its own file system',
  },
  pid: { reason: 'this decides which processes the container sees', without: 'it would see only its own' },
  ipc: { reason: 'this decides with whom the container shares memory', without: 'it would share none' },
  stopSignal: {
    reason: 'the program ends in order on this signal',
    without: 'it would get the image’s own, mostly SIGTERM',
  },
  stopTimeout: {
    reason: 'the program gets this long to end before it is killed',
    without: 'it would be killed after the engine’s ten seconds',
  },
  health: {
    reason: 'the engine checks by this whether the program serves',
    without: 'the image’s own check would be used, if it has one',
  },
  restart: {
    reason: 'the engine starts the container again by this rule',
    without: 'it would stay down after it ended',
  },
} as const satisfies Record<keyof ContainerSpec, Reason>;

/** Reasons of everything on a command line that is no field of the container: pointers, or their first part. */
export const OTHER_REASONS: Readonly<Record<string, Reason>> = {
  'stack/project': {
    reason: 'everything of the stack is kept under this name, which holds the hash of the real path',
    without: 'a second clone in a folder of the same name would be taken for this one',
  },
  'stack/files': {
    reason: 'a compose file, in order; the last one of all is podctl’s own, with its labels',
    without: 'each provider would look for files by rules of its own',
  },
  'stack/env-files': { reason: 'variables for the compose files', without: 'the provider would read .env' },
  'stack/profiles': {
    reason: 'services of this profile belong to the stack',
    without: 'they would start only when they are named',
  },
  'stack/services': { reason: 'the service that is meant', without: 'all services would be' },
  'stack/detach': {
    reason: 'the services run in the background',
    without: 'they would hold the terminal, and end with it',
  },
  'stack/build': { reason: 'images that are built here are built first', without: 'only missing ones would be built' },
  'stack/pull': {
    reason: 'registries are asked for newer images',
    without: 'the images of this machine would be used as they are',
  },
  'stack/no-cache': { reason: 'every layer is built again', without: 'layers of earlier builds would be used' },
  'stack/dependencies': {
    reason: 'only the services named are started',
    without: 'what they depend on would start too',
  },
  'stack/recreate': {
    reason: 'this says which containers are made anew',
    without: 'those whose files or image changed would be',
  },
  'stack/orphans': {
    reason: 'containers of services that the files no longer have go as well',
    without: 'they would stay, and hold their ports',
  },
  network: { reason: 'the network that is meant', without: 'the engine would not know which' },
  'test/reports': {
    reason: 'the report of the tests goes there',
    without: 'it would go away with the container',
  },
  container: { reason: 'the container that is meant', without: 'the engine would not know which' },
  volume: { reason: 'the volume that is meant', without: 'the engine would make a name up' },
  'volume/driver': {
    reason: 'the volume is kept by this driver',
    without: 'the engine would keep it in a folder of its own',
  },
  'volume/options': { reason: 'the driver needs this option', without: 'the volume would be a plain one' },
  'build/ref': { reason: 'the image gets this name', without: 'it would have no name, and no command would find it' },
  'build/file': {
    reason: 'the build follows this file',
    without: 'the engine would look for a Dockerfile in the context',
  },
  'build/target': { reason: 'the build stops at this stage', without: 'the last stage would be the image' },
  'build/args': {
    reason: 'a value for an ARG of the build file',
    without: 'the build file’s own default would be used',
  },
  'build/secrets': {
    reason: 'the build may read this secret while it runs, and no layer keeps it',
    without: 'what needs the secret would fail',
  },
  'build/cache_from': {
    reason: 'layers of earlier builds may be taken from there',
    without: 'only layers that this machine has would be used again',
  },
  'build/cache_to': {
    reason: 'later builds, of other machines too, take layers from there',
    without: 'this build’s layers would stay on this machine',
  },
  'build/platforms': {
    reason: 'the image is built for these systems and processors',
    without: 'it would be built for the engine’s own',
  },
  'build/labels': {
    reason: 'what podctl makes carries its labels',
    without: 'podctl would not know the image for one of its own',
  },
  'build/platform': {
    reason: 'the image is built for this system and processor',
    without: 'it would be built for the engine’s own',
  },
  'build/pull': { reason: 'newer base images are asked for', without: 'the base images that are there would be used' },
  'build/noCache': {
    reason: 'every layer is built again',
    without: 'layers that did not change would be taken from earlier builds',
  },
  'build/context': {
    reason: 'the files that the build may copy',
    without: 'the engine would have nothing to build from',
  },
  'tag/image': {
    reason: 'the image that gets another name',
    without: 'the engine would not know which image is meant',
  },
  'tag/name': { reason: 'the name that it gets, too', without: 'the engine would not know which name is meant' },
  'push/image': {
    reason: 'the name under which the registry gets the image',
    without: 'the engine would not know what to push, and where to',
  },
  'push/list': {
    reason: 'the images of all platforms are pushed with the list that names them',
    without: 'only the list, or only this machine’s platform, would reach the registry',
  },
  'push/plainHttp': {
    reason: '--plain-http says that this registry speaks HTTP without TLS',
    without: 'the engine would ask for TLS and fail',
  },
  'push/digest': {
    reason: 'the engine writes the pushed digest there, and podctl prints it',
    without: 'nobody could name exactly what was pushed',
  },
  force: { reason: 'the container goes whatever its state', without: 'a running one would stay' },
  volumes: { reason: 'its anonymous volumes go with it', without: 'they would be left behind without a name' },
  signal: { reason: 'the program gets this signal', without: 'it would be killed' },
  follow: { reason: 'new lines are printed as they come', without: 'it would end with the last line there is' },
  tail: { reason: 'only so many of the last lines', without: 'every line would be printed' },
  since: { reason: 'only lines from then on', without: 'every line would be printed' },
  timestamps: { reason: 'each line carries its time', without: 'lines would come as they were written' },
};
