import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeEngines } from '../support/engines.js';
import { type Folder, projectFolder, until } from '../support/machine.js';
import { inTurn, shareOf, VIAS } from '../support/soak.js';
import { containersWith } from '../support/what-is-there.js';

const BIN = fileURLToPath(new URL('../../bin/podctl.cjs', import.meta.url));
const INTERRUPT = '\u0003';

type Terminal = {
  readonly screen: () => string;
  readonly type: (keys: string) => void;
  readonly ended: Promise<number | null>;
};

describeEngines('at a real terminal', (engine) => {
  let folder: Folder;

  beforeAll(() => {
    folder = projectFolder('terminal');
    const [image = '', tag = ''] = engine.busybox.split(/:(?=[^:/]+$)/);
    writeFileSync(join(folder.path, 'podctl.toml'), projectFile(image, tag));
  });
  afterAll(async () => {
    await engine.clear('podctl.profile=terminal-test');
    folder.clear();
  });

  // `script` gives the shell a terminal of its own; what it is fed is typed there.
  const open = (command: string): Terminal => {
    const state = join(folder.path, 'state');
    // Whatever the shell of this machine is: a plain sh goes on after Ctrl-C only when it has a trap for it.
    const env = { ...process.env, ...engine.env, XDG_STATE_HOME: state, TERM: 'xterm', SHELL: '/bin/sh' };
    const line = `trap : INT; stty rows 31 cols 97; ${command}; code=$?; stty -a | grep -q ' icanon' && echo sane; exit $code`;
    const child: ChildProcess = spawn('script', ['-qefc', line, '/dev/null'], { cwd: folder.path, env, stdio: 'pipe' });
    let screen = '';
    child.stdout?.on('data', (chunk) => {
      screen += String(chunk);
    });
    const ended = new Promise<number | null>((resolve) => {
      child.on('close', (code) => resolve(code));
    });
    return { screen: () => screen, type: (keys) => void child.stdin?.write(keys), ended };
  };

  const left = (): Promise<readonly string[]> => containersWith(engine, { labels: ['podctl.profile=terminal-test'] });

  describe.each(VIAS)('--via %s', (via) => {
    const podctl = (command: string): string =>
      `'${process.execPath}' '${BIN}' ${command} --engine ${engine.name} --via ${via}`;

    it.each(inTurn(engine, via, 0))(
      'the container has the terminal: its size, what is typed, its exit code',
      async () => {
        const terminal = open(podctl('ask'));
        await until(() => terminal.screen().includes('31 97'));
        terminal.type('hello\r');
        expect(await terminal.ended).toBe(6);
        expect(terminal.screen()).toContain('got hello');
        expect(terminal.screen()).toContain('sane');
        expect(await left()).toEqual([]);
      },
    );

    it.each(inTurn(engine, via, 1).flatMap(() => shareOf(engine, ['loop', 'loop-without-terminal'])))(
      'Ctrl-C ends `%s` once, with its own exit code',
      async (command) => {
        const terminal = open(podctl(command));
        await until(() => terminal.screen().includes('up'));
        terminal.type(INTERRUPT);
        expect(await terminal.ended).toBe(5);
        expect(terminal.screen().match(/bye/g)).toHaveLength(1);
        expect(terminal.screen()).toContain('sane');
        expect(await left()).toEqual([]);
      },
    );

    it.each(inTurn(engine, via, 2))('a second Ctrl-C kills a container that does not heed the first', async () => {
      const terminal = open(podctl('deaf'));
      await until(() => terminal.screen().includes('up'));
      terminal.type(INTERRUPT);
      await until(() => terminal.screen().includes('heard'));
      terminal.type(INTERRUPT);
      expect(await terminal.ended).toBe(137);
      expect(terminal.screen()).toContain('sane');
      expect(await left()).toEqual([]);
    });
  });
});

function projectFile(image: string, tag: string): string {
  const loop = `trap 'echo bye; exit 5' INT TERM; echo up; while :; do sleep 0.1; done`;
  const deaf = `trap 'echo heard' INT; echo up; while :; do sleep 0.1; done`;
  return `name = "terminal-test"
[images.app]
name = "${image}"
tag = "${tag}"
[container]
image = "app"
network = "none"
[commands.ask]
args = ["sh", "-c", "until [ \\"$(stty size)\\" = '31 97' ]; do sleep 0.05; done; stty size; read line; echo got $line; exit 6"]
[commands.loop]
args = ["sh", "-c", "${loop}"]
[commands.loop-without-terminal]
args = ["sh", "-c", "${loop}"]
container = { tty = "never" }
[commands.deaf]
args = ["sh", "-c", "${deaf}"]
container = { tty = "never" }
`;
}
