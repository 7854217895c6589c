import { PodctlError } from '../core/errors.js';

export type UserServiceFacts = {
  readonly platform: string;
  /** Home folder of the user. */
  readonly userHome: string;
  readonly configHome: string | null;
  readonly node: string;
  readonly bin: string;
  readonly home: string;
  /** Variables that the service needs and a service manager does not have: PATH, and what names the engine. */
  readonly env: Readonly<Record<string, string>>;
  /** File of further variables, which are secrets: keys of S3. null: there are none. */
  readonly secrets: string | null;
  /** Of the machine itself instead of a user's: root has no user services on most machines. */
  readonly root: boolean;
};

/** A file of a service manager, and the commands that make it take effect. */
export type UserService = {
  readonly path: string;
  readonly text: string;
  readonly on: readonly (readonly string[])[];
  readonly off: readonly (readonly string[])[];
};

const NAME = 'podctl-rac';
const LABEL = 'io.podctl.rac';

/** What `podctl rac install` writes: a user service of systemd, or an agent of launchd. Throws UNAVAILABLE for other systems. */
export function userService(facts: UserServiceFacts): UserService {
  if (facts.platform === 'linux') return systemd(facts);
  if (facts.platform === 'darwin' && facts.secrets === null) return launchd(facts);
  throw new PodctlError(
    'UNAVAILABLE',
    `podctl knows no service manager of ${facts.platform}${facts.secrets === null ? '' : ' that keeps the keys of S3'}`,
    {
      hint: `let yours run: podctl rac serve --home ${facts.home}`,
    },
  );
}

function systemd(facts: UserServiceFacts): UserService {
  const { node, bin, home, env, root, secrets } = facts;
  const words = [node, bin, 'rac', 'serve', '--home', home].map(systemdWord).join(' ');
  const text = `[Unit]
Description=RAC: images that run when somebody asks for them
After=network-online.target docker.service podman.socket

[Service]
ExecStart=${words}
${Object.entries(env)
  .map(([name, value]) => `Environment=${systemdWord(`${name}=${value}`)}\n`)
  .join(
    '',
  )}${secrets === null ? '' : `EnvironmentFile=${secrets.replaceAll('%', '%%')}\n`}# Whoever ends it with rac down means it.
Restart=on-failure
RestartSec=2
# The registry and the applications outlive a crash of the service.
KillMode=process
TimeoutStopSec=90

[Install]
WantedBy=${root ? 'multi-user.target' : 'default.target'}
`;
  const folder = root ? '/etc/systemd/system' : `${facts.configHome ?? `${facts.userHome}/.config`}/systemd/user`;
  const systemctl = root ? ['systemctl'] : ['systemctl', '--user'];
  return {
    path: `${folder}/${NAME}.service`,
    text,
    on: [
      [...systemctl, 'daemon-reload'],
      [...systemctl, 'enable', '--now', NAME],
      // Else it ends when the user logs out, and does not start with the machine.
      ...(root ? [] : [['loginctl', 'enable-linger']]),
    ],
    off: [[...systemctl, 'disable', '--now', NAME]],
  };
}

// Quoted as systemd reads it: `%` and `$` are its own, in quotes too.
function systemdWord(word: string): string {
  const escaped = word.replaceAll(/["\\]/g, '\\$&').replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /^[\w@%+=:,./$-]+$/.test(escaped) ? escaped : `"${escaped}"`;
}

function launchd({ userHome, node, bin, home, env }: UserServiceFacts): UserService {
  const words = [node, bin, 'rac', 'serve', '--home', home];
  const path = `${userHome}/Library/LaunchAgents/${LABEL}.plist`;
  const pairs = Object.entries(env).map(
    ([name, value]) => `    <key>${xml(name)}</key><string>${xml(value)}</string>\n`,
  );
  const text = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key><string>${LABEL}</string>
  <key>ProgramArguments</key>
  <array>
${words.map((word) => `    <string>${xml(word)}</string>\n`).join('')}  </array>
  <key>EnvironmentVariables</key>
  <dict>
${pairs.join('')}  </dict>
  <key>RunAtLoad</key><true/>
  <key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>
  <key>AbandonProcessGroup</key><true/>
  <key>StandardErrorPath</key><string>${xml(`${home}/service.log`)}</string>
</dict>
</plist>
`;
  return {
    path,
    text,
    on: [['launchctl', 'load', '-w', path]],
    off: [['launchctl', 'unload', '-w', path]],
  };
}

function xml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
