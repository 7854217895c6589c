import { resolvePath } from '../core/path.js';
import { Secret } from '../core/secret.js';
import type { Files } from '../io/files.js';
import type { Host } from '../io/host.js';
import type { EngineName } from '../spec/facts.js';
import { asObject, asText, type Json, parseJson } from './json.js';
import { type Processes, realProcesses } from './process.js';

/** Name and password for a registry. */
export type Login = { readonly name: string; readonly password: Secret };

/** Finds the login for a registry; null: there is none, and it is asked without. */
export type Logins = (host: string) => Promise<Login | null>;

/** Logins as `docker login` and `podman login` left them: in their files, or in the programs that these name. */
export function engineLogins(
  { host, files }: { readonly host: Host; readonly files: Files },
  run: Processes['run'] = realProcesses(host).run,
): Logins {
  return async (registry) => {
    for (const path of loginFiles(host)) {
      const config = asObject(parseJson((await readOrEmpty(path, files)) || '{}'));
      const found = (await fromHelper(config, registry, run)) ?? fromFile(config, registry);
      if (found !== null) return found;
    }
    return null;
  };
}

/** Files in which docker and podman keep logins, the first that has one wins. */
export function loginFiles(host: Host): readonly string[] {
  return [...loginFilesOf('docker', host), ...loginFilesOf('podman', host)];
}

/** The files in which an engine looks for logins, the one it writes to first. */
export function loginFilesOf(engine: EngineName, { env, home, platform, uid }: Host): readonly string[] {
  const flavour = platform === 'win32' ? 'windows' : 'posix';
  const below = (folder: string | undefined, path: string) =>
    folder === undefined || folder === '' ? [] : [resolvePath(folder, path, flavour)];
  if (engine === 'docker' || engine === 'nerdctl') {
    return below(env['DOCKER_CONFIG'] ?? resolvePath(home, '.docker', flavour), 'config.json');
  }
  return [
    ...below(env['REGISTRY_AUTH_FILE'], '.'),
    ...below(env['XDG_RUNTIME_DIR'] ?? (uid === null ? undefined : `/run/user/${uid}`), 'containers/auth.json'),
    ...(uid === 0 ? ['/run/containers/0/auth.json'] : []),
    ...below(home, '.config/containers/auth.json'),
  ];
}

// A login that cannot be read is none: the registry then says what it wants.
async function readOrEmpty(path: string, files: Files): Promise<string> {
  try {
    return (await files.readText(path)) ?? '';
  } catch {
    return '';
  }
}

/** Docker's own registry goes by an older name in these files. */
export function namesOf(registry: string): readonly string[] {
  return registry === 'registry-1.docker.io' || registry === 'docker.io'
    ? ['https://index.docker.io/v1/', 'docker.io', registry]
    : [registry];
}

function fromFile(config: Json, registry: string): Login | null {
  const auths = asObject(config['auths']);
  for (const key of namesOf(registry).flatMap((name) => [name, `https://${name}`])) {
    const text = Buffer.from(asText(asObject(auths[key])['auth']), 'base64').toString('utf8');
    const colon = text.indexOf(':');
    if (colon > 0) return { name: text.slice(0, colon), password: new Secret(text.slice(colon + 1)) };
  }
  return null;
}

async function fromHelper(config: Json, registry: string, run: Processes['run']): Promise<Login | null> {
  const helpers = asObject(config['credHelpers']);
  for (const name of namesOf(registry)) {
    const helper = asText(helpers[name]) || asText(config['credsStore']);
    if (!/^[A-Za-z0-9._-]+$/.test(helper)) continue;
    const login = await askHelper(`docker-credential-${helper}`, name, run);
    if (login !== null) return login;
  }
  return null;
}

async function askHelper(file: string, registry: string, run: Processes['run']): Promise<Login | null> {
  try {
    const { exitCode, stdout } = await run({ file, args: ['get'], input: registry, timeout: 20_000 });
    const reply = exitCode === 0 ? asObject(parseJson(stdout)) : {};
    const [name, password] = [asText(reply['Username']), asText(reply['Secret'])];
    return name === '' || password === '' ? null : { name, password: new Secret(password) };
  } catch {
    return null;
  }
}
