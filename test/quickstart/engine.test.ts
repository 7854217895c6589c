import { expect, it } from 'vitest';
import { installLine } from './engine.mjs';

it.each([
  ['a Mac', 'darwin', [], 'brew install podman && podman machine init --now'],
  ['Windows', 'win32', [], 'winget install --exact RedHat.Podman && podman machine init --now'],
  ['Debian, not as root', 'linux', ['apt-get'], 'sudo apt-get install -y podman'],
  ['Fedora', 'linux', ['dnf'], 'sudo dnf install -y podman'],
  ['Alpine', 'linux', ['apk'], 'sudo apk add podman'],
  ['a system of its own kind', 'linux', [], null],
])('the command to type on %s', (_name, platform, programs: readonly string[], line) => {
  expect(installLine(platform, (program) => programs.includes(program))).toBe(line);
});
