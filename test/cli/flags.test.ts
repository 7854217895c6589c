import { describe, expect, it } from 'vitest';
import { findCommand, findValue, separateProgram } from '../../src/cli/command-line.js';
import { FLAGS, type FlagSpec } from '../../src/cli/flags.js';

describe('findCommand', () => {
  it.each<[argv: string[], name: string | null, rest: string[]]>([
    [['server'], 'server', []],
    [['server', '-m', 'public'], 'server', ['-m', 'public']],
    [['-m', 'public', 'server'], 'server', ['-m', 'public']],
    [['--mode=public', 'server', '--json'], 'server', ['--mode=public', '--json']],
    [['--dry-run', 'server'], 'server', ['--dry-run']],
    [['-d', 'server'], 'server', ['-d']],
    [['-dm', 'public', 'server'], 'server', ['-dm', 'public']],
    [['-mpublic', 'server'], 'server', ['-mpublic']],
    [['-mdd', 'server'], 'server', ['-mdd']],
    [['--env-file', 'server', 'server'], 'server', ['--env-file', 'server']],
    [['-f', 'x.yaml', 'logs', '-f'], 'logs', ['--compose-file', 'x.yaml', '-f']],
    [['-fx.yaml', '-p', 'trial', 'up', '-d'], 'up', ['--compose-file=x.yaml', '-p', 'trial', '-d']],
    [['up', '-f', 'x.yaml'], 'up', ['-f', 'x.yaml']],
    [['--', 'server'], null, ['--', 'server']],
    [['--json'], null, ['--json']],
    [[], null, []],
    [['exec', 'ls', '-la', '--unknown'], 'exec', ['ls', '-la', '--unknown']],
    [['-', 'x'], '-', ['x']],
  ])('%j', (argv, name, rest) => {
    expect(findCommand(argv)).toEqual({ name, rest });
  });

  it.each<[argv: string[], message: string, hint: string]>([
    [['--enigne', 'docker', 'server'], 'unknown option `--enigne`', 'did you mean --engine?'],
    [['--zzz', 'server'], 'unknown option `--zzz`', 'podctl --help lists the commands and options'],
    [['-x', 'server'], 'unknown option `-x`', 'podctl --help lists the commands and options'],
    [['-xm', 'server'], 'unknown option `-x`', 'podctl --help lists the commands and options'],
  ])('%j is refused', (argv, message, hint) => {
    expect(() => findCommand(argv)).toThrow(expect.objectContaining({ code: 'USAGE', message, hint }));
  });
});

it.each<[line: string[], separated: string[]]>([
  [
    ['server', 'ls', '-la'],
    ['server', '--', 'ls', '-la'],
  ],
  [
    ['server', '--engine', 'docker', 'ls', '-la'],
    ['server', '--engine', 'docker', '--', 'ls', '-la'],
  ],
  [
    ['-m', 'public', 'server', 'ls'],
    ['-m', 'public', 'server', '--', 'ls'],
  ],
  [
    ['server', '--', 'ls', '-la'],
    ['server', '--', 'ls', '-la'],
  ],
  [['server'], ['server']],
  [
    ['server', '-', 'x'],
    ['server', '--', '-', 'x'],
  ],
  [[], []],
])('separateProgram %j', (line, separated) => {
  expect(separateProgram(line, 1)).toEqual(separated);
});

it.each<[line: string[], value: string | undefined]>([
  [['--profile', 'a'], 'a'],
  [['x', '--profile=a', 'y'], 'a'],
  [['--profile=a=b'], 'a=b'],
  [['--profile', 'a', '--profile', 'b'], 'b'],
  [['--', '--profile', 'a'], undefined],
  [['--profile'], undefined],
  [['--mode', 'x'], undefined],
])('findValue %j', (line, value) => {
  expect(findValue(line, 'profile')).toBe(value);
});

describe('FLAGS', () => {
  const flags: readonly FlagSpec[] = Object.values(FLAGS);

  it('gives each name and each letter to one flag', () => {
    const longs = flags.map((flag) => flag.long);
    const shorts = flags.flatMap((flag) => (flag.short === undefined ? [] : [flag.short]));
    expect(new Set(longs).size).toBe(longs.length);
    // compose's own habit: a file before the command and after all others, --follow after logs. See longForms in flags.ts.
    expect(shorts.filter((short, index) => shorts.indexOf(short) !== index)).toEqual(['f']);
  });

  it('repeats only flags that take a value', () => {
    expect(flags.filter((flag) => flag.many === true && flag.value === undefined)).toEqual([]);
  });
});
