import type { Command } from 'commander';
import type { Context } from './context.js';
import type { Verb } from './verbs.js';

/** What a verb changes: what changes anything can be printed with --dry-run, and what goes to the engine can be explained. */
export type CommandRow = {
  readonly about: string;
  readonly changes: 'nothing' | 'files' | 'engine';
  readonly load: () => Promise<(context: Context) => Command>;
};

/** podctl's own verbs, in the order of help. Each is loaded when it is called; a profile adds its own commands. */
export const COMMANDS: Readonly<Record<Verb, CommandRow>> = {
  up: {
    about: "start the services of the project's compose files",
    changes: 'engine',
    load: async () => (await import('./commands/up.js')).defineUp,
  },
  build: {
    about: "build the profile's images, those they stand on first, and the stack's",
    changes: 'engine',
    load: async () => (await import('./commands/build.js')).defineBuild,
  },
  pull: {
    about: "pull the profile's images and the stack's",
    changes: 'engine',
    load: async () => (await import('./commands/pull.js')).definePull,
  },
  fresh: {
    about: 'newer images for the stack, and new containers where they changed',
    changes: 'engine',
    load: async () => (await import('./commands/fresh.js')).defineFresh,
  },
  image: {
    about: 'name, push or look into an image, measure what its build reads',
    changes: 'engine',
    load: async () => (await import('./commands/image.js')).defineImage,
  },
  lock: {
    about: "write the images' digests to podctl.lock, for --locked",
    changes: 'files',
    load: async () => (await import('./commands/lock.js')).defineLock,
  },
  login: {
    about: 'log engines in to a registry, after trying the password there',
    changes: 'engine',
    load: async () => (await import('./commands/login.js')).defineLogin,
  },
  logout: {
    about: 'let engines forget the login for a registry',
    changes: 'engine',
    load: async () => (await import('./commands/logout.js')).defineLogout,
  },
  ps: {
    about: 'list the containers of this project',
    changes: 'nothing',
    load: async () => (await import('./commands/ps.js')).definePs,
  },
  logs: {
    about: 'print what a container wrote',
    changes: 'engine',
    load: async () => (await import('./commands/logs.js')).defineLogs,
  },
  stop: {
    about: 'stop containers of this project',
    changes: 'engine',
    load: async () => (await import('./commands/stop.js')).defineStop,
  },
  start: {
    about: 'start stopped containers of this project again',
    changes: 'engine',
    load: async () => (await import('./commands/start.js')).defineStart,
  },
  restart: {
    about: 'stop containers of this project and start them again',
    changes: 'engine',
    load: async () => (await import('./commands/restart.js')).defineRestart,
  },
  exec: {
    about: 'run a program inside a running container',
    changes: 'engine',
    load: async () => (await import('./commands/exec.js')).defineExec,
  },
  run: {
    about: 'run a program in a new container of a service',
    changes: 'engine',
    load: async () => (await import('./commands/run.js')).defineRun,
  },
  shell: {
    about: "open a shell in a running container, or in a new one of the profile's",
    changes: 'engine',
    load: async () => (await import('./commands/shell.js')).defineShell,
  },
  down: {
    about: 'stop and remove the containers of this project; volumes stay',
    changes: 'engine',
    load: async () => (await import('./commands/down.js')).defineDown,
  },
  reset: {
    about: 'empty data of the stack or the profile, after a list and a snapshot',
    changes: 'files',
    load: async () => (await import('./commands/reset.js')).defineReset,
  },
  undo: {
    about: 'bring back what the last reset or prune put away',
    changes: 'files',
    load: async () => (await import('./commands/undo.js')).defineUndo,
  },
  prune: {
    about: 'remove what this project no longer uses: stopped containers, images without a tag, networks',
    changes: 'engine',
    load: async () => (await import('./commands/prune.js')).definePrune,
  },
  config: {
    about: 'print the compose files as their provider reads them',
    changes: 'engine',
    load: async () => (await import('./commands/config.js')).defineConfig,
  },
  watch: {
    about: 'carry changes of the sources into the services of the stack',
    changes: 'engine',
    load: async () => (await import('./commands/watch.js')).defineWatch,
  },
  'test-image': {
    about: "run the profile's tests in its image, with services beside them",
    changes: 'engine',
    load: async () => (await import('./commands/test-image.js')).defineTestImage,
  },
  explain: {
    about: 'say where every word of a command comes from, and why',
    changes: 'nothing',
    load: async () => (await import('./commands/explain.js')).defineExplain,
  },
  plan: {
    about: 'print what a command would do; the same as its --dry-run',
    changes: 'nothing',
    load: async () => (await import('./commands/plan.js')).definePlan,
  },
  audit: {
    about: 'list every host path that can be reached from inside, and why',
    changes: 'nothing',
    load: async () => (await import('./commands/audit.js')).defineAudit,
  },
  doctor: {
    about: 'say what of engines and machine would hurt, and the command that mends it',
    changes: 'nothing',
    load: async () => (await import('./commands/doctor.js')).defineDoctor,
  },
  env: {
    about: "write a project's env file, check a profile's variables, or show where they come from",
    changes: 'files',
    load: async () => (await import('./commands/env.js')).defineEnv,
  },
  db: {
    about: 'status, backups, restores and migrations of the data that containers leave behind',
    changes: 'files',
    load: async () => (await import('./commands/db.js')).defineDb,
  },
  rac: {
    about: 'a registry whose images run when somebody asks for them: up, down, claim, status and more',
    changes: 'nothing',
    load: async () => (await import('./commands/rac.js')).defineRac,
  },
  init: {
    about: 'write a commented podctl.toml',
    changes: 'files',
    load: async () => (await import('./commands/init.js')).defineInit,
  },
  profiles: {
    about: 'list, show or check profiles',
    changes: 'nothing',
    load: async () => (await import('./commands/profiles.js')).defineProfiles,
  },
};
