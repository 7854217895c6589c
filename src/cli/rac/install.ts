import { dirname } from 'node:path';
import { PodctlError } from '../../core/errors.js';
import { quoteAll } from '../../core/shell.js';
import { ownProgram } from '../../io/own-program.js';
import type { RegistryStorage } from '../../rac/settings.js';
import { readSettings } from '../../rac/settings-kept.js';
import { type UserService, userService } from '../../rac/user-service.js';
import type { Context } from '../context.js';
import type { RacWork } from './action.js';
import { racHome } from './home.js';
import { endService } from './service-process.js';

// What says where the engine is, and RAC's programs.
const KEPT = ['PATH', 'DOCKER_HOST', 'DOCKER_CONTEXT', 'CONTAINER_HOST', 'CONTAINERS_CONF', 'XDG_RUNTIME_DIR'] as const;

/** `podctl rac install`: RAC starts with the machine from now on. `--dry-run` prints the file and the commands. */
export const racInstall: RacWork = async ({ flags }, context) => {
  const home = racHome(flags, context.world);
  const settings = await readSettings(home, context.world.files);
  if (settings === null) {
    throw new PodctlError('MISSING_INPUT', 'RAC has no settings here yet', { hint: 'podctl rac up makes them' });
  }
  const secrets = settings.storage.kind === 's3' ? `${home}/service.env` : null;
  const service = await serviceOf(home, context, secrets);
  if (flags.dryRun === true) return print(service, service.on, context);
  if (secrets !== null) await checkSecrets(secrets, settings.storage, context);
  await context.world.files.makeDirectory(dirname(service.path));
  await context.world.files.writeText(service.path, service.text, 0o644);
  context.output.note(`wrote ${service.path}`);
  // The service manager's takes its place.
  await endService(home, context);
  return runAll(service.on, context);
};

/** `podctl rac uninstall`: it does so no more; RAC's data stay. */
export const racUninstall: RacWork = async ({ flags }, context) => {
  const service = await serviceOf(racHome(flags, context.world), context);
  if (flags.dryRun === true) return print(service, service.off, context);
  const code = await runAll(service.off, context);
  await context.world.files.removeFile(service.path);
  context.output.note(`removed ${service.path}`);
  return code;
};

// They are in no unit file, which everybody may read; without them the service would not start with the machine.
async function checkSecrets(path: string, storage: RegistryStorage, { world }: Context): Promise<void> {
  const text = (await world.files.readText(path)) ?? '';
  const names = storage.kind === 's3' ? [storage.accessKeyVariable, storage.secretKeyVariable] : [];
  if (names.every((name) => new RegExp(`^${name}=.`, 'm').test(text))) return;
  throw new PodctlError('MISSING_INPUT', `the service needs the keys of S3 in \`${path}\``, {
    hint: `write it with mode 0600: ${names.map((name) => `${name}=VALUE`).join(' and ')}, one a line`,
  });
}

async function serviceOf(home: string, { world }: Context, secrets: string | null = null): Promise<UserService> {
  const { host, files, assets } = world;
  const env = Object.fromEntries(KEPT.flatMap((name) => entry(name, host.env[name])));
  const program = await ownProgram(files, assets);
  return userService({
    ...program,
    home,
    env,
    secrets,
    platform: host.platform,
    userHome: host.home,
    configHome: host.env['XDG_CONFIG_HOME'] ?? null,
    root: host.uid === 0,
  });
}

function entry(name: string, value: string | undefined): [string, string][] {
  return value === undefined || value === '' ? [] : [[name, value]];
}

function print({ path, text }: UserService, commands: UserService['on'], { output }: Context): number {
  output.text(`# ${path}\n${text}\n${commands.map((words) => `${quoteAll(words, 'sh')}\n`).join('')}`);
  return 0;
}

async function runAll(commands: UserService['on'], { world, rooms, output }: Context): Promise<number> {
  const { realProcesses } = await rooms.background();
  const { run } = realProcesses(world.host);
  for (const [file = '', ...args] of commands) {
    output.note(quoteAll([file, ...args], 'sh'));
    const { exitCode, stderr } = await run({ file, args, timeout: 120_000 });
    if (exitCode === 0) continue;
    throw new PodctlError(
      'UNAVAILABLE',
      `\`${file}\` ended with ${exitCode}: ${stderr.trim().split('\n').at(-1) ?? ''}`,
      {
        hint: 'podctl rac install --dry-run prints the file and the commands, to do it by hand',
      },
    );
  }
  return 0;
}
