import { describe, expect, it } from 'vitest';
import { exitCodeOfSignal, realProcesses } from '../../src/engine/process.js';
import { realHost } from '../../src/io/host.js';
import { buffers } from './fakes.js';

const host = { ...realHost(process), env: { PATH: process.env['PATH'], OWN: 'own' } };
const processes = realProcesses(host);
const node = (script: string, ...args: readonly string[]) => ({
  file: process.execPath,
  args: ['-e', script, '--', ...args],
});

describe('run', () => {
  it('gives exit code and both outputs; arguments arrive as they are', async () => {
    const hostile = ['', ' a b ', '$HOME', '"', "'", '*', '--flag', 'ümlaut', 'a\nb'];
    const script =
      'process.stdout.write(JSON.stringify(process.argv.slice(1))); console.error("to stderr"); process.exitCode = 3';
    const ended = await processes.run(node(script, ...hostile));
    expect(ended).toEqual({
      exitCode: 3,
      signal: null,
      timedOut: false,
      stdout: JSON.stringify(hostile),
      stderr: 'to stderr',
    });
  });

  it('the environment is the one of the host and what is added, nothing else', async () => {
    const command = node('console.log(JSON.stringify([process.env.OWN, process.env.ADDED, process.env.TZ]))');
    const ended = await processes.run({ ...command, env: { ADDED: 'more' } });
    expect(JSON.parse(ended.stdout)).toEqual(['own', 'more', null]);
  });

  it('input arrives; without any, stdin is empty', async () => {
    const script = 'process.stdin.pipe(process.stdout)';
    expect((await processes.run({ ...node(script), input: 'given' })).stdout).toBe('given');
    expect((await processes.run(node(script))).stdout).toBe('');
  });

  it('one that does not listen is killed where that is asked for', async () => {
    // A shell listens or does not at once; Node may take longer to start than the time limit below.
    const deaf = { file: 'sh', args: ['-c', "trap '' TERM; while :; do sleep 0.1; done"] };
    const ended = await processes.run({ ...deaf, timeout: 1_000, atMost: 10 });
    expect(ended).toMatchObject({ exitCode: 137, timedOut: true });
  }, 20_000);

  it('a signal is 128 and its number; a time limit is told apart', async () => {
    const killed = await processes.run(node('process.kill(process.pid, "SIGKILL"); setTimeout(() => {}, 9e4)'));
    expect(killed).toMatchObject({ exitCode: 137, signal: 'SIGKILL', timedOut: false });
    const late = await processes.run({ ...node('setTimeout(() => {}, 9e4)'), timeout: 200 });
    expect(late).toMatchObject({ exitCode: 143, timedOut: true });
  });

  it('can be cancelled', async () => {
    const cancel = new AbortController();
    const running = processes.run({ ...node('setTimeout(() => {}, 9e4)'), signal: cancel.signal });
    setTimeout(() => cancel.abort(), 50);
    expect(await running).toMatchObject({ exitCode: 143 });
  });

  it('a program that is not there, and one that may not be run', async () => {
    await expect(processes.run({ file: 'no-such-engine', args: [] })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: '`no-such-engine` was not found',
      hint: 'install no-such-engine, or add its folder to PATH',
    });
    await expect(processes.run({ file: '/etc/passwd', args: [] })).rejects.toMatchObject({
      message: '`/etc/passwd` may not be run',
    });
  });
});

describe('stream', () => {
  it('hands over lines of both outputs as they come', async () => {
    const lines: string[] = [];
    const script =
      'console.log("one"); console.error("two"); setTimeout(() => { process.stdout.write("three"); process.exitCode = 4 }, 50)';
    const ended = await processes.stream(node(script), (line) => void lines.push(line));
    expect(ended).toEqual({ exitCode: 4, signal: null, timedOut: false });
    expect(lines.toSorted()).toEqual(['one', 'three', 'two']);
  });

  it('a program that is not there', async () => {
    await expect(processes.stream({ file: 'no-such-engine', args: [] }, () => undefined)).rejects.toMatchObject({
      message: '`no-such-engine` was not found',
    });
  });
});

describe('attach', () => {
  it('connects the streams, passes signals on, and tells the end', async () => {
    const terminal = buffers();
    const script =
      'process.on("SIGTERM", () => { console.error("told"); process.exit(9) }); process.stdin.on("data", (d) => process.stdout.write(d))';
    const child = await processes.attach(node(script), terminal.streams);
    terminal.stdin.write('typed\n');
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        if (!terminal.out().includes('typed')) return;
        clearInterval(timer);
        resolve();
      }, 10);
    });
    child.signal('SIGTERM');
    expect(await child.ended).toEqual({ exitCode: 9, signal: null, timedOut: false });
    expect(terminal.err()).toBe('told\n');
  });

  it('a program that is not there', async () => {
    const child = await processes.attach({ file: 'no-such-engine', args: [] }, buffers().streams);
    await expect(child.ended).rejects.toMatchObject({ message: '`no-such-engine` was not found' });
  });
});

describe('exitCodeOfSignal', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGKILL', 137],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ])('%s', (signal, code) => {
    expect(exitCodeOfSignal(signal)).toBe(code);
  });
});
