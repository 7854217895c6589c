import { describe, expect, test } from 'vitest';
import { fitArguments } from '../../src/spec/entrypoint.js';
import { type EntrypointForm, entrypointForm } from '../../src/spec/entrypoint-form.js';
import { errorOf } from './desk.js';

const sh = (script: string, ...after: readonly string[]): readonly string[] => ['/bin/sh', '-c', script, ...after];
const shell = (script: string, before: readonly string[], after = 0): EntrypointForm => ({
  form: 'shell',
  script,
  before,
  after,
});

describe('the form of an entrypoint', () => {
  test.each<[readonly string[] | null, EntrypointForm]>([
    [null, { form: 'none' }],
    [[], { form: 'none' }],
    [['/app'], { form: 'exec' }],
    [['python', '-c', 'print(1)'], { form: 'exec' }],
    [['/venv/bin/python', '-m', 'gantry'], { form: 'exec' }],
    [['/bin/sh', '/entrypoint.sh'], { form: 'exec' }],
    [['/bin/bash'], { form: 'exec' }],
    [['bash', '-e', 'script', '-c'], { form: 'exec' }],
    [['bash', '--', '-c'], { form: 'exec' }],
    [['/usr/bin/env', 'python3'], { form: 'exec' }],
    [['/bin/busybox', 'httpd'], { form: 'exec' }],
    [sh('x'), shell('x', ['/bin/sh', '-c'])],
    [['bash', '-ec', 'x'], shell('x', ['bash', '-ec'])],
    [['/bin/bash', '-lc', 'x'], shell('x', ['/bin/bash', '-lc'])],
    [['/bin/bash', '-l', '-c', 'x'], shell('x', ['/bin/bash', '-l', '-c'])],
    [['/bin/bash', '-o', 'pipefail', '-c', 'x'], shell('x', ['/bin/bash', '-o', 'pipefail', '-c'])],
    [['/bin/bash', '-eo', 'pipefail', '-c', 'x'], shell('x', ['/bin/bash', '-eo', 'pipefail', '-c'])],
    [['bash', '--login', '-c', 'x'], shell('x', ['bash', '--login', '-c'])],
    [['bash', '--rcfile', '/rc', '-c', 'x'], shell('x', ['bash', '--rcfile', '/rc', '-c'])],
    [['bash', '+x', '-c', 'x'], shell('x', ['bash', '+x', '-c'])],
    [['env', '-i', 'A=b', 'bash', '-c', 'x'], shell('x', ['env', '-i', 'A=b', 'bash', '-c'])],
    [['/usr/bin/env', 'bash', '-c', 'x'], shell('x', ['/usr/bin/env', 'bash', '-c'])],
    [['/bin/busybox', 'sh', '-c', 'x'], shell('x', ['/bin/busybox', 'sh', '-c'])],
    [sh('x', '--'), shell('x', ['/bin/sh', '-c'], 1)],
    [['/usr/bin/env', 'bash', '-ic'], { form: 'one-string' }],
    [['zsh', '-c'], { form: 'one-string' }],
  ])('%j', (entrypoint, form) => {
    expect(entrypointForm(entrypoint)).toEqual(form);
  });
});

const SERVER = ['server', '-c', '/config/config.toml'];

describe('arguments of a DESI server', () => {
  test.each<[string, readonly string[] | null, readonly string[], string | null]>([
    ['exec form', ['python', '-m', 'desiapi.web.cli'], SERVER, null],
    ['no entrypoint', null, SERVER, null],
    ['shell form', sh('python -m desiapi.web.cli $@'), ['--', ...SERVER], 'entrypoint-shell-form'],
    ['shell form, quoted', sh('python -m desiapi.web.cli "$@"'), ['--', ...SERVER], 'entrypoint-shell-form'],
    ['bash -lc', ['/bin/bash', '-lc', 'exec app "$@"'], ['--', ...SERVER], 'entrypoint-shell-form'],
    ['a script that names itself', sh('echo "$0"; app "$@"'), ['--', ...SERVER], 'entrypoint-shell-form'],
    ['three by number', sh('app "$1" "$2" "$3"'), ['--', ...SERVER], 'entrypoint-shell-form'],
    ['$0 as the first', sh('"$0" "$@"'), SERVER, null],
    ['$0, $1, $2', sh('"$0" "$1" "$2"'), SERVER, null],
    ['a filler of its own', sh('app "$@"', '--'), SERVER, null],
    ['words of its own behind the script', sh('app "$1" "$2" "$3" "$4"', '--', 'fixed'), SERVER, null],
    ['a shell that waits', ['/usr/bin/env', 'bash', '-ic'], ['server -c /config/config.toml'], 'entrypoint-one-string'],
  ])('%s', (_, entrypoint, args, rule) => {
    expect(fitArguments({ entrypoint, word: undefined, args: SERVER, image: 'app:1' })).toEqual({
      args,
      fillers: args[0] === '--' ? 1 : 0,
      rule,
    });
  });

  test('a program that runs only its first argument is known to the profile alone', () => {
    const question = {
      entrypoint: ['/bin/sh', '/entrypoint.sh'],
      image: 'utils',
      args: ['run tests.sh', '$x', "it's"],
    };
    expect(fitArguments({ ...question, word: 'one-string' })).toEqual({
      args: [String.raw`'run tests.sh' '$x' 'it'\''s'`],
      fillers: 0,
      rule: 'entrypoint-one-string',
    });
    expect(fitArguments({ ...question, word: 'shell' }).args).toEqual(question.args);
  });

  test('nothing is added where there are no arguments', () => {
    expect(fitArguments({ entrypoint: sh('app'), word: 'shell', args: [], image: 'a' })).toEqual({
      args: [],
      fillers: 0,
      rule: null,
    });
  });

  test.each([
    ['shell', ['--', ...SERVER], 'entrypoint-shell-form'],
    ['exec', SERVER, null],
    ['none', SERVER, null],
    [undefined, SERVER, null],
    ['one-string', ['server -c /config/config.toml'], 'entrypoint-one-string'],
  ] as const)('without an image the profile’s word counts: %s', (word, args, rule) => {
    const answer = fitArguments({ entrypoint: undefined, word, args: SERVER, image: 'app:1' });
    expect([answer.args, answer.rule]).toEqual([args, rule]);
  });
});

describe('an entrypoint that loses arguments is refused, with the line that mends it', () => {
  const exec = 'write in the Dockerfile: ENTRYPOINT ["python", "-m", "desiapi.web.cli"]';
  test.each<[string, readonly string[], readonly string[], string, string]>([
    [
      '$1',
      sh('python -m desiapi.web.cli $1'),
      SERVER,
      'passes only 1 of 3 arguments on; lost would be `-c` `/config/config.toml`',
      exec,
    ],
    ['"$1" "$2"', sh('exec python -m desiapi.web.cli "$1" "$2"'), SERVER, 'passes only 2 of 3', exec],
    ['none', sh('python -m desiapi.web.cli'), SERVER, 'passes no arguments on; lost would be `server`', exec],
    ['only $2', sh('python -m desiapi.web.cli $2'), ['server'], 'passes no arguments on', exec],
    [
      'quoted away',
      sh(`python -m desiapi.web.cli '$@'`),
      ['server'],
      'passes no arguments on',
      `["/bin/sh", "-c", "python -m desiapi.web.cli '$@' \\"$@\\"", "--"]`,
    ],
    [
      'a pipe',
      ['bash', '-ec', 'app $1 | tee log'],
      SERVER,
      'passes only 1 of 3',
      `ENTRYPOINT ["bash", "-ec", "app $1 | tee log \\"$@\\"", "--"]`,
    ],
    ['"$*"', sh('python -m desiapi.web.cli "$*"'), SERVER, 'joins all arguments into one', exec],
    ['$@ and a blank', sh('python -m desiapi.web.cli $@'), ['a b'], 'would break the argument `a b` up', exec],
    ['$@ and a star', sh('python -m desiapi.web.cli $@'), ['*'], 'would break the argument `*` up', exec],
    ['$@ and nothing', sh('python -m desiapi.web.cli $@'), [''], 'would break the argument `` up', exec],
    ['a taken place', sh('python -m desiapi.web.cli $1', '--', 'x'), ['server'], 'passes no arguments on', exec],
  ])('%s', (_, entrypoint, args, message, hint) => {
    const error = errorOf(() => fitArguments({ entrypoint, word: 'shell', args, image: 'desiapi:dev' }));
    expect(error.code).toBe('UNAVAILABLE');
    expect(error.message).toContain(`the entrypoint \`${entrypoint[2]}\` of \`desiapi:dev\``);
    expect(error.message).toContain(message);
    expect(error.hint).toContain(hint);
  });

  test('a long script is told by its beginning', () => {
    const script = `app ${'-v '.repeat(60)}$1`;
    const error = errorOf(() => fitArguments({ entrypoint: sh(script), word: undefined, args: SERVER, image: 'a' }));
    expect(error.message).toContain(`the entrypoint \`${script.slice(0, 79)}…\` of \`a\` passes only 1 of 3`);
  });

  test('one argument through "$*" arrives whole', () => {
    expect(fitArguments({ entrypoint: sh('app "$*"'), word: undefined, args: ['a b'], image: 'a' }).args).toEqual([
      '--',
      'a b',
    ]);
  });
});
