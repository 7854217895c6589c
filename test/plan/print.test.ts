import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/core/secret.js';
import { formatPlan, formatStep, planToJson } from '../../src/plan/print.js';
import { quoteLine } from '../../src/plan/print-words.js';
import type { EngineStep, ExecStep, FileStep, Plan, Step } from '../../src/plan/step.js';

const EXEC: ExecStep = { do: 'exec', argv: ['docker', 'ps'], env: {}, output: 'quiet', why: 'look', tokens: [] };
const CALL: EngineStep = {
  do: 'engine',
  method: 'POST',
  path: '/containers/create?name=a',
  address: 'unix:///run/docker.sock',
  body: { Image: 'x', Env: [new Secret('T=canary'), 'A=b c'] },
  output: 'quiet',
  why: 'make it',
};
const FILE: FileStep = {
  do: 'file',
  action: 'write',
  path: '/run/a b',
  mode: 0o600,
  content: new Secret('T=canary\n'),
  always: false,
  why: 'for the engine',
};
const PLAN: Plan = {
  profile: 'desi-api',
  mode: 'public',
  engine: { name: 'docker', version: '28.2.2', assumed: false },
  steps: [EXEC, CALL, FILE],
};

const HOSTILE = [
  '',
  ' ',
  'a b',
  "it's",
  '"q"',
  '$HOME `id` $(id)',
  '-v',
  'a,b',
  'ü 漢 🛰',
  'C:\\a\\b',
  '\\\\host\\share',
  'a\nb',
  'tab\there',
  '\u001b[31mred',
  '~',
  '*',
  '# no',
  '!x',
  '%PATH%',
  "a\n'\\b",
];

describe('a step as a line', () => {
  const rows: readonly {
    readonly name: string;
    readonly step: Step;
    readonly sh: string;
    readonly powershell: string;
    readonly cmd: string;
  }[] = [
    {
      name: 'a process',
      step: { ...EXEC, argv: ['docker', 'run', 'a b'] },
      sh: "docker run 'a b'",
      powershell: "docker run 'a b'",
      cmd: 'docker run "a b"',
    },
    {
      name: 'a process with variables, secrets redacted',
      step: { ...EXEC, env: { KEY: new Secret('canary'), PLAIN: 'a b' } },
      sh: "KEY='[redacted]' PLAIN='a b' docker ps",
      powershell: "$env:KEY = '[redacted]'; $env:PLAIN = 'a b'; docker ps",
      cmd: 'set "KEY=[redacted]" && set "PLAIN=a b" && docker ps',
    },
    {
      name: 'a secret file',
      step: FILE,
      sh: "install -m 600 /dev/null '/run/a b' && : 'content [redacted]'",
      powershell: "New-Item -ItemType File -Force -Path '/run/a b' # content [redacted]",
      cmd: 'type nul > "/run/a b" & rem content [redacted]',
    },
    {
      name: 'an open file',
      step: { ...FILE, content: 'A=1\n', path: '/run/a' },
      sh: "install -m 600 /dev/null /run/a && printf %s $'A=1\\012' > /run/a",
      powershell: 'Set-Content -NoNewline -LiteralPath /run/a -Value "A=1$([char]10)"',
      cmd: 'type nul > /run/a & rem content A=1\\n',
    },
    {
      name: 'a removal',
      step: { ...FILE, action: 'remove' as const, content: null, path: '/run/a' },
      sh: 'rm -f -- /run/a',
      powershell: 'Remove-Item -Force -ErrorAction Ignore -LiteralPath /run/a',
      cmd: 'del /f /q /run/a',
    },
    {
      name: 'a folder',
      step: { ...FILE, action: 'mkdir' as const, content: null, mode: 0o700, path: '/run/a' },
      sh: 'mkdir -m 700 -p -- /run/a',
      powershell: 'New-Item -ItemType Directory -Force -Path /run/a',
      cmd: 'mkdir /run/a',
    },
    {
      name: 'a folder for somebody else',
      step: {
        ...FILE,
        action: 'mkdir' as const,
        content: null,
        mode: null,
        owner: { uid: 999, gid: 33 },
        path: '/srv/a b',
      },
      sh: "install -d -o 999 -g 33 '/srv/a b'",
      powershell: "New-Item -ItemType Directory -Force -Path '/srv/a b'",
      cmd: 'mkdir "/srv/a b"',
    },
    {
      name: 'a call of the API',
      step: CALL,
      sh: `curl --fail --unix-socket /run/docker.sock --request POST --header 'Content-Type: application/json' --data '{"Image":"x","Env":["[redacted]","A=b c"]}' 'http://localhost/containers/create?name=a'`,
      powershell: `curl.exe --fail --unix-socket /run/docker.sock --request POST --header 'Content-Type: application/json' --data '{\\"Image\\":\\"x\\",\\"Env\\":[\\"[redacted]\\",\\"A=b c\\"]}' 'http://localhost/containers/create?name=a'`,
      cmd: `curl.exe --fail --unix-socket /run/docker.sock --request POST --header "Content-Type: application/json" --data "{\\"Image\\":\\"x\\",\\"Env\\":[\\"[redacted]\\",\\"A=b c\\"]}" "http://localhost/containers/create?name=a"`,
    },
    {
      name: 'a call over TCP without a body',
      step: { ...CALL, method: 'DELETE', path: '/containers/a', address: 'tcp://127.0.0.1:2375', body: null },
      sh: 'curl --fail --request DELETE http://127.0.0.1:2375/containers/a',
      powershell: 'curl.exe --fail --request DELETE http://127.0.0.1:2375/containers/a',
      cmd: 'curl.exe --fail --request DELETE http://127.0.0.1:2375/containers/a',
    },
  ];

  it.each(rows)('$name', ({ step, sh, powershell, cmd }) => {
    expect(formatStep(step, 'sh')).toBe(sh);
    expect(formatStep(step, 'powershell')).toBe(powershell);
    expect(formatStep(step, 'cmd')).toBe(cmd);
  });

  it('is one line and steers no terminal, whatever the words are', () => {
    for (const shell of ['sh', 'powershell', 'cmd'] as const) {
      const line = formatStep({ ...EXEC, argv: ['docker', ...HOSTILE], env: { KEY: 'a\nb\u001b[0m' } }, shell);
      // oxlint-disable-next-line no-control-regex -- control characters are exactly what must not be there
      expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    }
  });

  it('gives back every word when bash reads it', () => {
    const argv = ['node', '-e', 'process.stdout.write(JSON.stringify(process.argv.slice(1)))', '--', ...HOSTILE];
    const printed = execFileSync('bash', ['-c', quoteLine(argv, 'sh')], { encoding: 'utf8' });
    expect(JSON.parse(printed)).toEqual(HOSTILE);
  });
});

describe('a plan', () => {
  it('prints one line per step and no secret', () => {
    const text = formatPlan(PLAN, 'sh');
    expect(text.split('\n')).toHaveLength(4);
    expect(text).not.toContain('canary');
  });

  it('prints nothing without steps', () => {
    expect(formatPlan({ ...PLAN, steps: [] }, 'sh')).toBe('');
  });

  it('is one JSON document, secrets redacted', () => {
    expect(JSON.parse(JSON.stringify(planToJson(PLAN)))).toEqual({
      podctl: 1,
      profile: 'desi-api',
      mode: 'public',
      engine: { name: 'docker', version: '28.2.2', assumed: false },
      steps: [
        { do: 'exec', argv: ['docker', 'ps'], why: 'look' },
        {
          do: 'engine',
          method: 'POST',
          path: '/containers/create?name=a',
          body: { Image: 'x', Env: ['[redacted]', 'A=b c'] },
          why: 'make it',
        },
        {
          do: 'file',
          action: 'write',
          path: '/run/a b',
          mode: '600',
          content: '[redacted]',
          always: false,
          why: 'for the engine',
        },
      ],
    });
  });

  it('names the variables of a process, secrets redacted', () => {
    const plan = { ...PLAN, steps: [{ ...EXEC, env: { KEY: new Secret('canary'), TWO: 'a\nb' } }] };
    expect(planToJson(plan).steps).toEqual([
      { do: 'exec', argv: ['docker', 'ps'], env: { KEY: '[redacted]', TWO: 'a\nb' }, why: 'look' },
    ]);
  });
});
