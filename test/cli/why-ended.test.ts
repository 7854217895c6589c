import { expect, it } from 'vitest';
import type { Run } from '../support/fake-engine.js';
import { runCli } from '../support/run-cli.js';

const ends =
  (exitCode: number): Run =>
  () => ({ exitCode, stdout: '' });
const FILES = {
  '/home/ann/sky/podctl.toml': `name = "n"
[images.app]
name = "app"
[container]
image = "app"
mounts.bin = { type = "bind", source = "{project}/bin", target = "/work" }
[commands.serve]
args = ["/work/run.sh"]
[commands.own]
args = ["/app/run.sh"]
`,
  '/proc/self/mountinfo': '25 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n',
};
const CRLF = '#!/bin/sh\r\necho\r\n';
const PLAIN = '#!/bin/sh\necho\n';
const WINDOWS =
  'hint: `/work/run.sh` is /home/ann/sky/bin/run.sh of this machine, with Windows line ends (CRLF), so its interpreter is not found: sed -i "s/\\r$//" /home/ann/sky/bin/run.sh\n';
const MODE =
  'hint: `/work/run.sh` is /home/ann/sky/bin/run.sh of this machine, which may not be executed: chmod +x /home/ann/sky/bin/run.sh\n';

it.each<[name: string, command: string, script: string, code: number, note: string]>([
  ['Windows line ends', 'serve', CRLF, 1, WINDOWS],
  ['the same, by another runtime', 'serve', CRLF, 127, WINDOWS],
  ['a mode without x', 'serve', PLAIN, 126, MODE],
  ["the program's own end", 'serve', PLAIN, 1, ''],
  ['a program of the image', 'own', CRLF, 127, ''],
  ['a good end', 'serve', CRLF, 0, ''],
  [
    'a crash',
    'own',
    PLAIN,
    139,
    'hint: exit code 139 says that the program crashed (SIGSEGV); its own words are above\n',
  ],
])(
  '%s: the exit code stays, and the line is there only where it is sure',
  async (_name, command, script, code, note) => {
    const image = { entrypoint: null };
    const run = await runCli([command], {
      files: { ...FILES, '/home/ann/sky/bin/run.sh': script },
      engine: { images: { 'app:latest': image }, containers: [], runs: [ends(code)] },
    });
    expect([run.code, run.stderr]).toEqual([code, note]);
  },
);
