import { describe, expect, it } from 'vitest';
import { formatError, printError } from '../../src/cli/ui/error.js';
import { PLAIN } from '../../src/cli/ui/paint.js';
import { type ErrorCode, EXIT_CODE, PodctlError, type Problem } from '../../src/core/errors.js';
import { memoryWorld } from '../support/world.js';

const problem = (message: string, line: number): Problem => ({
  message,
  hint: `mend ${message}`,
  at: { file: 'podctl.toml', line, column: 2, key: 'container.user' },
});

describe('formatError', () => {
  it('prints what failed and what to do next', () => {
    const error = new PodctlError('USAGE', 'no command given', { hint: 'podctl --help lists the commands' });
    expect(formatError(error, PLAIN)).toBe('error: no command given\nhint: podctl --help lists the commands\n');
  });

  it('names the place of a single problem', () => {
    const error = new PodctlError('BAD_DATA', 'a', { hint: 'mend a', problems: [problem('a', 3)] });
    expect(formatError(error, PLAIN)).toBe('error: podctl.toml:3:2 container.user: a\nhint: mend a\n');
  });

  it('keeps the headline over a single problem that says something else', () => {
    const error = new PodctlError('UNAVAILABLE', 'no engine', { problems: [{ message: 'socket /x: refused' }] });
    expect(formatError(error, PLAIN)).toBe('error: no engine\n  socket /x: refused\nhint: correct these\n');
  });

  it('tells what is wrong at several places once, the message first', () => {
    const at = (line: number) => ({ file: 'podctl.toml', line, column: 2, key: 'a' });
    const one: Problem = { message: 'the variable `X` is not set', hint: 'set X', at: at(3), also: [at(4), at(5)] };
    const places = (indent: string) => [3, 4, 5].map((line) => `${indent}in podctl.toml:${line}:2 a`);
    const alone = new PodctlError('BAD_DATA', one.message, { hint: 'set X', problems: [one] });
    expect(formatError(alone, PLAIN)).toBe(
      ['error: the variable `X` is not set', ...places('  '), 'hint: set X', ''].join('\n'),
    );
    const two = new PodctlError('BAD_DATA', '2 problems', { problems: [one, problem('b', 6)] });
    expect(formatError(two, PLAIN)).toBe(
      [
        'error: 2 problems',
        '  the variable `X` is not set',
        ...places('    '),
        '    hint: set X',
        '  podctl.toml:6:2 container.user: b',
        '    hint: mend b',
        '',
      ].join('\n'),
    );
  });

  it('lists several problems, each with its place and hint', () => {
    const error = new PodctlError('BAD_DATA', '2 problems', { problems: [problem('a', 3), problem('b', 4)] });
    expect(formatError(error, PLAIN)).toBe(
      [
        'error: 2 problems',
        '  podctl.toml:3:2 container.user: a',
        '    hint: mend a',
        '  podctl.toml:4:2 container.user: b',
        '    hint: mend b',
        '',
      ].join('\n'),
    );
  });

  it.each([
    ['\u001b[2Jgone', String.raw`error: \x1b[2Jgone`],
    ['two\nlines', String.raw`error: two\nlines`],
    ['over\rwritten', String.raw`error: over\rwritten`],
    ['right\u202eleft', String.raw`error: right\u202eleft`],
    ['at https://ann:pass@host/x', 'error: at https://[redacted]@host/x'],
  ])('makes %j harmless', (message, expected) => {
    expect(formatError(new PodctlError('IO', message), PLAIN)).toBe(`${expected}\n`);
  });

  it('calls an unknown error a bug', () => {
    expect(formatError(new TypeError('x is not a function'), PLAIN)).toBe(
      [
        'error: a bug in podctl: x is not a function',
        'hint: run again with PODCTL_DEBUG=1 to see where, and report it with the command that you typed',
        '',
      ].join('\n'),
    );
  });
});

describe('printError', () => {
  it.each(Object.entries(EXIT_CODE))('%s exits with %i', async (code, exitCode) => {
    const { world, stderr, stdout } = memoryWorld();
    expect(await printError(new PodctlError(code as ErrorCode, 'it failed'), world)).toBe(exitCode);
    expect([stdout(), stderr()]).toEqual(['', 'error: it failed\n']);
  });

  it('shows a stack only when asked', async () => {
    const quiet = memoryWorld();
    expect(await printError(new TypeError('oops'), quiet.world)).toBe(70);
    expect(quiet.stderr()).not.toContain('error.test.ts');
    const debug = memoryWorld({ host: { env: { PODCTL_DEBUG: '1' } } });
    await printError(new PodctlError('IO', 'it failed', { cause: new TypeError('deep') }), debug.world);
    expect(debug.stderr()).toContain('caused by TypeError: deep');
    expect(debug.stderr()).toContain('error.test.ts');
  });

  it.each([
    [true, {}, '\u001b[31merror:\u001b[39m it failed\n'],
    [true, { NO_COLOR: '1' }, 'error: it failed\n'],
    [true, { NO_COLOR: '' }, '\u001b[31merror:\u001b[39m it failed\n'],
    [true, { TERM: 'dumb' }, 'error: it failed\n'],
    [false, {}, 'error: it failed\n'],
  ])('terminal %s, environment %j', async (tty, env, expected) => {
    const { world, stderr } = memoryWorld({ tty, host: { env } });
    await printError(new PodctlError('IO', 'it failed'), world);
    expect(stderr()).toBe(expected);
  });
});
