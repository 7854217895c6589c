import { describe, expect, it } from 'vitest';
import { makeSources, type ValueSource } from '../../src/engine/secret-sources.js';
import { realFiles } from '../../src/io/files.js';
import { realHost } from '../../src/io/host.js';
import { disk, done, HOST, silent, strictProcesses } from './fakes.js';

const CANARY = 'c4nary';
const PROJECT = '/home/ann/sky';

describe('a file', () => {
  const files = disk({
    [`${PROJECT}/one`]: 'value\n',
    [`${PROJECT}/dos`]: 'value\r\n',
    [`${PROJECT}/two`]: 'line1\nline2\n\n',
    [`${PROJECT}/empty`]: '\n',
    [`${PROJECT}/nul`]: 'a\0b',
    [`${PROJECT}/latin`]: 'caf\ufffd\n',
    [`${PROJECT}/large`]: 'x'.repeat(1_048_577),
    [`${PROJECT}/folder/x`]: '',
    '/etc/absolute': 'value',
  });
  const { read, missing } = makeSources({ host: HOST, files, project: PROJECT });

  it.each([
    ['one', 'value'],
    ['dos', 'value'],
    ['two', 'line1\nline2\n'],
    ['./one', 'value'],
    ['/etc/absolute', 'value'],
  ])('%s: one line break at the end goes', async (path, value) => {
    expect(await read('TOKEN', { kind: 'file', path })).toBe(value);
    expect(await missing({ kind: 'file', path })).toBe(null);
  });

  it.each([
    ['gone', 'MISSING_INPUT', '`TOKEN`: the file `gone` does not exist', 'the file `gone` does not exist'],
    ['folder', 'MISSING_INPUT', '`TOKEN`: `folder` is a folder', '`folder` is a folder'],
    ['empty', 'BAD_DATA', '`TOKEN`: the file `empty` gave nothing', null],
    ['nul', 'BAD_DATA', '`TOKEN`: the file `nul` gave a NUL, which no variable can hold', null],
    ['latin', 'BAD_DATA', '`TOKEN`: the file `latin` gave something that is not UTF-8 text', null],
    [
      'large',
      'MISSING_INPUT',
      '`TOKEN`: the file `large` is larger than 1 MiB',
      'the file `large` is larger than 1 MiB',
    ],
  ])('%s', async (path, code, message, lack) => {
    await expect(read('TOKEN', { kind: 'file', path })).rejects.toMatchObject({ code, message });
    expect(await missing({ kind: 'file', path })).toBe(lack);
  });
});

describe('a program', () => {
  const source: ValueSource = { kind: 'command', words: ['op', 'read', 'op://shelf/token'] };
  const reading = (answer: ReturnType<typeof done> | Error) => {
    const processes = strictProcesses({ 'op read op://shelf/token': answer });
    return { processes, ...makeSources({ host: HOST, files: disk(), project: PROJECT, processes }) };
  };

  it('runs in the project’s folder, without input, and its output is the value', async () => {
    const { read, processes } = reading(done(`${CANARY} a b`));
    expect(await read('TOKEN', source)).toBe(`${CANARY} a b`);
    expect(processes.commands).toMatchObject([{ cwd: PROJECT, timeout: 120_000 }]);
    expect(processes.commands[0]?.input).toBe(undefined);
  });

  it.each([
    [
      'UNAVAILABLE',
      '`TOKEN`: `op` ended with exit code 3',
      done(`${CANARY} out`, { exitCode: 3, stderr: `${CANARY} err` }),
    ],
    ['TRY_AGAIN', '`TOKEN`: `op` did not end within 120 seconds', done(CANARY, { exitCode: 143, timedOut: true })],
    ['BAD_DATA', '`TOKEN`: `op` gave nothing', done('', { stderr: CANARY })],
    ['UNAVAILABLE', '`op` was not found', silent('`op` was not found')],
  ])('%s: %s', async (code, message, answer) => {
    const error: unknown = await reading(answer)
      .read('TOKEN', source)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message });
    expect(JSON.stringify([error, String(error)])).not.toContain(CANARY);
  });

  it('is looked for on the path', async () => {
    const files = disk({ '/usr/bin/op': '', [`${PROJECT}/bin/op`]: '' });
    await files.writeText('/usr/bin/op', '', 0o755);
    await files.writeText(`${PROJECT}/bin/op`, '', 0o755);
    const host = { ...HOST, env: { PATH: '/bin:/usr/bin' } };
    const { missing } = makeSources({ host, files, project: PROJECT });
    const look = (program: string) => missing({ kind: 'command', words: [program, 'x'] });
    expect([await look('op'), await look('./bin/op'), await look('/usr/bin/op')]).toEqual([null, null, null]);
    expect(await look('pass')).toBe('the program `pass` was not found');
    expect(await look('./op')).toBe('the program `./op` was not found');
  });

  it('a real one: its input is closed, and what it writes to stderr is not the value', async () => {
    const host = { ...realHost(process), env: { PATH: process.env['PATH'] } };
    const sources = makeSources({ host, files: realFiles(), project: '/' });
    const script =
      'process.stdin.on("data", () => {}).on("end", () => { console.error("noise"); console.log("v4l"); })';
    expect(await sources.read('TOKEN', { kind: 'command', words: [process.execPath, '-e', script] })).toBe('v4l');
  });

  describe('a real one', () => {
    const host = { ...realHost(process), env: { PATH: process.env['PATH'] } };
    const sources = makeSources({ host, files: realFiles(), project: '/' });
    const ask = (script: string) => sources.read('TOKEN', { kind: 'command', words: [process.execPath, '-e', script] });

    it('of two line breaks at the end the first is part of the value', async () => {
      expect(await ask('process.stdout.write("v4l\\n\\n")')).toBe('v4l\n');
    });

    it('what it leaves behind with its output open is not waited for', async () => {
      const agent = `require("node:child_process").spawn(process.execPath, ["-e", "setTimeout(() => {}, 15000)"],
        { stdio: ["ignore", "inherit", "inherit"], detached: true }).unref(); console.log("v4l")`;
      const begun = performance.now();
      expect(await ask(agent)).toBe('v4l');
      expect(performance.now() - begun).toBeLessThan(10_000);
    }, 30_000);

    it('without an end to what it prints it is ended', async () => {
      const error: unknown = await ask(`for (;;) require("node:fs").writeSync(1, "${CANARY}".repeat(1000))`).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).toMatchObject({ code: 'BAD_DATA' });
      expect(String(error)).toMatch(/ printed more than 1 MiB$/);
      expect(String(error)).not.toContain(CANARY);
    }, 30_000);
  });
});
