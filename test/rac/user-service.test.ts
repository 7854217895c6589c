import { describe, expect, it } from 'vitest';
import { type UserServiceFacts, userService } from '../../src/rac/user-service.js';

const FACTS: UserServiceFacts = {
  platform: 'linux',
  userHome: '/home/ann',
  configHome: null,
  node: '/usr/bin/node',
  bin: '/opt/podctl/bin/podctl.cjs',
  home: '/home/ann/.local/state/podctl/rac',
  env: { PATH: '/usr/bin:/bin' },
  secrets: null,
  root: false,
};

describe('what rac install writes', () => {
  it('is a user service of systemd, whole', () => {
    const service = userService(FACTS);
    expect(service.path).toBe('/home/ann/.config/systemd/user/podctl-rac.service');
    expect(service.text).toBe(`[Unit]
Description=RAC: images that run when somebody asks for them
After=network-online.target docker.service podman.socket

[Service]
ExecStart=/usr/bin/node /opt/podctl/bin/podctl.cjs rac serve --home /home/ann/.local/state/podctl/rac
Environment=PATH=/usr/bin:/bin
# Whoever ends it with rac down means it.
Restart=on-failure
RestartSec=2
# The registry and the applications outlive a crash of the service.
KillMode=process
TimeoutStopSec=90

[Install]
WantedBy=default.target
`);
    expect(service.on).toEqual([
      ['systemctl', '--user', 'daemon-reload'],
      ['systemctl', '--user', 'enable', '--now', 'podctl-rac'],
      ['loginctl', 'enable-linger'],
    ]);
    expect(service.off).toEqual([['systemctl', '--user', 'disable', '--now', 'podctl-rac']]);
  });

  it('is one of the system for root', () => {
    const { path, text, on } = userService({ ...FACTS, root: true });
    expect(path).toBe('/etc/systemd/system/podctl-rac.service');
    expect(text).toContain('WantedBy=multi-user.target');
    expect(on).toEqual([
      ['systemctl', 'daemon-reload'],
      ['systemctl', 'enable', '--now', 'podctl-rac'],
    ]);
  });

  it.each([
    ['a space', '/home/ann b/rac', '"/home/ann b/rac"'],
    ['a percent sign', '/home/50%', '/home/50%%'],
    ['a dollar sign', '/home/$x', '/home/$$x'],
    ['a quote and a backslash', '/home/a"b\\c', '"/home/a\\"b\\\\c"'],
  ])('quotes %s as systemd reads it', (_what, home, quoted) => {
    expect(userService({ ...FACTS, home }).text).toContain(` --home ${quoted}\n`);
  });

  it('is an agent of launchd on macOS', () => {
    const { path, text, on } = userService({ ...FACTS, platform: 'darwin', home: '/Users/a&b/rac' });
    expect(path).toBe('/home/ann/Library/LaunchAgents/io.podctl.rac.plist');
    expect(text).toContain('<string>/Users/a&amp;b/rac</string>');
    expect(text).toContain('<key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>');
    expect(on).toEqual([['launchctl', 'load', '-w', path]]);
  });

  it('names the file of secrets, which are in no unit', () => {
    const secrets = '/home/ann/rac/service.env';
    expect(userService({ ...FACTS, secrets }).text).toContain(`\nEnvironmentFile=${secrets}\n`);
    expect(() => userService({ ...FACTS, platform: 'darwin', secrets })).toThrow('that keeps the keys of S3');
  });

  it('says how to do it by hand elsewhere', () => {
    expect(() => userService({ ...FACTS, platform: 'win32' })).toThrow('no service manager of win32');
  });
});
