/** Why podctl does something that no profile asked for in so many words, and what would happen without it. */
export type Rule = { readonly reason: string; readonly without: string };

/** Every rule that an origin, a decision or a token can name. */
export const RULES = {
  // The container as podctl keeps it.
  name: {
    reason: 'podctl gives its containers names of its own, so that it finds them again',
    without: 'the engine would make a name up, and a second start of the same command would not notice the first',
  },
  labels: {
    reason: 'podctl finds, lists and removes only what carries its labels',
    without: '`ps`, `logs`, `stop` and `down` would not know the container',
  },
  attached: {
    reason: 'podctl stays attached: input, output, signals and the exit code are those of the container',
    without: 'the container would run in the background, and its input would be closed',
  },
  detached: {
    reason: '--detach leaves the container running in the background',
    without: 'podctl would stay attached to the container until it ends',
  },
  remove: {
    reason: 'the container of an attached run goes away when it ends',
    without: 'every run would leave a stopped container behind',
  },
  terminal: {
    reason: 'podctl runs in a terminal, so the container gets one too',
    without: 'programs would not ask, colour or redraw, as in a pipe',
  },
  'no-terminal': {
    reason: 'podctl does not run in a terminal, so the container gets none',
    without: 'the engine would refuse to start, or mix carriage returns into the output',
  },
  'loopback-default': {
    reason: 'a port without an address is published on 127.0.0.1, for this machine only',
    without: 'the engine would publish it on every network of this machine, past most firewalls',
  },
  'host-port-default': {
    reason: 'a port without a host half takes the number that it has in the container',
    without: 'the engine would pick a free port, another one at each start',
  },
  'named-value': {
    reason: 'podctl fills in the named values of a profile: {project}, {mode}, {uid} and so on',
    without: 'the words in braces would reach the engine as they stand',
  },
  'ready-default': {
    reason: 'a detached start waits until the first published TCP port answers',
    without: 'podctl would print an address that does not answer yet',
  },
  'profile-word': {
    reason: 'no image was inspected, so the profile’s own word for its entrypoint and user counts',
    without: 'podctl could not print the command on a machine without an engine',
  },

  shell: {
    reason:
      'podctl shell puts a shell in the place of the image’s program, in the folder that is your working directory',
    without: 'the image’s own program would start, in its own folder',
  },

  'host-ids': {
    reason:
      'the profile asks for the ids of the user who runs podctl, so that files of the image belong to the same user',
    without: 'the build file’s own ids would be used, and files could belong to somebody else outside',
  },
  'platform-cache': {
    reason: 'podman’s cache takes a layer that only copies files for every platform alike',
    without: 'an image could carry the files and the name of another platform',
  },

  // Words of the command line that belong to no field.
  program: {
    reason: 'the engine’s program, as it was found or chosen with --engine',
    without: 'there would be nothing to run',
  },
  connection: {
    reason: 'the engine that was found is reached this way',
    without: 'the program would talk to its default engine, which may be another one',
  },
  verb: {
    reason: 'what the engine’s program is asked to do',
    without: 'the program would not know what to do',
  },
  json: {
    reason: 'podctl reads the answer, so it asks for JSON',
    without: 'the answer would be a table for people, which changes between versions',
  },
  'compose-provider': {
    reason: 'the program that runs compose files, as it was found, asked for or remembered',
    without: 'there would be nobody to read them',
  },
  prune: {
    reason: 'podctl removes by id what it listed, never by an engine’s own prune',
    without: 'what came after the list would go, too',
  },
  secret: {
    reason: 'the secret goes to the program’s input',
    without: 'it would stand in the command line, where every user of the machine can read it',
  },
  'env-file': {
    reason: 'values of variables reach the engine by a file that only you can read and that is removed afterwards',
    without: 'they would stand in the process list, for everyone on this machine to read',
  },
  'env-inline': {
    reason:
      'a value of several lines does not fit into an env file, so it goes through the environment of the engine’s program',
    without: 'only its first line would arrive',
  },

  // The image's entrypoint.
  'entrypoint-shell-form': {
    reason:
      'the image’s ENTRYPOINT is a shell with a script, and a shell takes the first word after its script for its own name ($0)',
    without: 'the first argument would be swallowed: `server -c FILE` would arrive as `-c FILE`',
  },
  'entrypoint-one-string': {
    reason:
      'the image’s ENTRYPOINT runs only its first argument, as a shell command, so the whole command goes as one quoted string',
    without: 'the first word alone would run, without its arguments',
  },

  // Whose files: --user and --userns.
  'ownership-user': {
    reason: 'the engine runs as root and numbers users as the host does, so the process gets the host user’s numbers',
    without: 'files that the container writes would belong to root or to the image’s user, not to you',
  },
  'ownership-root-host': {
    reason: 'podctl runs as root, and so does the image: files belong to root on both sides',
    without: 'nothing would change; no option is needed',
  },
  'ownership-rootless-root': {
    reason: 'in this rootless engine root inside the container is the host user outside',
    without: 'nothing would change: the image runs as root already',
  },
  'ownership-rootless-as-root': {
    reason:
      'in this rootless engine only root inside is the host user outside, and the image runs, or may run, as somebody else',
    without: 'files would belong to a subordinate id that the host user cannot change or remove',
  },
  'ownership-keep-id': {
    reason: 'rootless podman maps the host user to the same number inside',
    without: 'the host user would be root inside, and everyone else inside a subordinate id outside',
  },
  'ownership-keep-id-user': {
    reason: 'the image names a user of its own, or may do so, which --userns=keep-id alone does not replace',
    without: 'the process would run as the image’s user, whose files belong to a subordinate id outside',
  },
  'ownership-keep-id-image-user': {
    reason:
      'the image runs as a fixed user, and rootless podman maps the host user to exactly that number, so both sides own the files',
    without: 'the image’s user would be a subordinate id outside, and could not write to the mounted folders',
  },
  'ownership-image-group': {
    reason: 'the image’s USER names no group, and a process without one is in root’s group',
    without: 'written files would belong to the group of a subordinate id outside',
  },
  'ownership-runs-as-same': {
    reason: 'the image begins as root and changes to the number that is the host user outside',
    without: 'nothing would change; --user would take away the root that the image begins with',
  },
  'ownership-runs-as-root-first': {
    reason:
      'the image changes to its user by itself, for which it must begin as root; --userns=keep-id alone would begin as you',
    without: 'the entrypoint could not change the user, and the container would end at once',
  },
  'ownership-runs-as-nothing': {
    reason: 'the image runs as a user who is not you outside, but it writes to no folder of this machine',
    without: 'nothing would change; no option is needed',
  },
  'ownership-runs-as-unseen': {
    reason: 'the image was not inspected: that it runs as you is checked once it is there',
    without: 'nothing would change; no option is needed',
  },
  'ownership-podman-hpc': {
    reason: 'podman-hpc sets the user namespace up by itself: root inside is the host user outside',
    without: 'nothing would change; a --userns option would be refused or would break its mounts',
  },
  'ownership-vm': {
    reason: 'the engine runs in a virtual machine, whose file sharing gives every file to the user who shares it',
    without: 'nothing would change; no option is needed',
  },
  'ownership-windows': {
    reason: 'Windows files have no numeric owner',
    without: 'nothing would change; no option is needed',
  },
  'ownership-image-user': {
    reason: 'the profile does not ask for the host user’s files, so the image’s own user stays',
    without: 'nothing would change; write user = "host" where written files must belong to you',
  },

  // Labels: SELinux.
  'selinux-project': {
    reason:
      'SELinux keeps containers from files without a container label, and the folder belongs to the project: it gets the shared one (z)',
    without: 'the container would see "permission denied" on every file of the mount',
  },
  'selinux-disable': {
    reason:
      'a mount lies outside the project, and relabelling would change other people’s files for good, so this container runs without SELinux separation',
    without:
      'the container would see "permission denied", or a data tree, a home or a system folder would be relabelled',
  },
} as const satisfies Readonly<Record<string, Rule>>;

export type RuleId = keyof typeof RULES;
