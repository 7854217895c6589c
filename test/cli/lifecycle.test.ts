import { describe, expect, it } from 'vitest';
import { container, type FakeEngine, type Run } from '../support/fake-engine.js';
import { DESI, runCli } from '../support/run-cli.js';

const mine = (mode: string, facts: Partial<Parameters<typeof container>[0]> = {}) =>
  container({
    name: `api-${mode}`,
    id: mode === 'public' ? 'aaaa1111' : 'bbbb2222',
    labels: { 'podctl.project': 'sky-94023c0b', 'podctl.command': 'server', 'podctl.mode': mode },
    ports: [{ address: '127.0.0.1', hostPort: mode === 'public' ? 5000 : 5001, containerPort: 5000, protocol: 'tcp' }],
    ...facts,
  });
const stranger = container({ name: 'other', labels: { 'podctl.project': 'else-00000000' } });
const BOTH = [mine('public'), mine('private'), stranger];
const STOPPED = [mine('public', { state: 'exited', exitCode: 0, ports: [] }), mine('private')];

const done: Run = () => ({ exitCode: 0, stdout: '' });

/** What one line does: the argument vectors that it starts, and what it prints. */
type Row = readonly [
  line: string,
  containers: readonly ReturnType<typeof container>[],
  argvs: string[][],
  stdout: string,
];

const ROWS: readonly Row[] = [
  ['stop', BOTH, [['docker', 'stop', 'api-public', 'api-private']], 'api-public\napi-private\n'],
  ['stop -m private', BOTH, [['docker', 'stop', 'api-private']], 'api-private\n'],
  ['stop server', BOTH, [['docker', 'stop', 'api-public', 'api-private']], 'api-public\napi-private\n'],
  ['stop api-public', BOTH, [['docker', 'stop', 'api-public']], 'api-public\n'],
  ['stop aaaa1', BOTH, [['docker', 'stop', 'api-public']], 'api-public\n'],
  ['stop', STOPPED, [['docker', 'stop', 'api-private']], 'api-private\n'],
  ['start', STOPPED, [['docker', 'start', 'api-public']], 'api-public\n'],
  ['restart -m public', BOTH, [['docker', 'restart', 'api-public']], 'api-public\n'],
  [
    'down',
    STOPPED,
    [
      ['docker', 'stop', 'api-private'],
      ['docker', 'rm', '--force', 'api-public', 'api-private'],
    ],
    'api-public\napi-private\n',
  ],
  [
    'stop --json',
    BOTH,
    [['docker', 'stop', 'api-public', 'api-private']],
    '{\n  "podctl": 1,\n  "containers": [\n    "api-public",\n    "api-private"\n  ]\n}\n',
  ],
  ['logs -m public', BOTH, [['docker', 'logs', 'api-public']], ''],
  ['logs -f --tail 5 api-private', BOTH, [['docker', 'logs', '--follow', '--tail', '5', 'api-private']], ''],
  ['logs', STOPPED, [['docker', 'logs', 'api-private']], ''],
  ['exec api-public ls -la', BOTH, [['docker', 'exec', '--interactive', 'api-public', 'ls', '-la']], ''],
  [
    'exec server -m private -- ls --json',
    BOTH,
    [['docker', 'exec', '--interactive', 'api-private', 'ls', '--json']],
    '',
  ],
  ['exec server sh', STOPPED, [['docker', 'exec', '--interactive', 'api-private', 'sh']], ''],
];

describe('verbs on containers of the project', () => {
  it.each(ROWS)('podctl %s', async (line, containers, argvs, stdout) => {
    const ran = await runCli(line.split(' '), { ...DESI, engine: { containers, runs: [done] } });
    expect({ code: ran.code, stdout: ran.stdout, stderr: ran.stderr }).toEqual({ code: 0, stdout, stderr: '' });
    expect(ran.engine.plans[0]?.steps.map((step) => (step.do === 'exec' ? step.argv : step.do))).toEqual(argvs);
  });

  it.each(ROWS.filter(([line]) => !line.includes('--json')))(
    'podctl %s, printed and explained',
    async (line, containers, argvs) => {
      const engine: FakeEngine = { containers };
      const words = line.split(' ');
      const printed = await runCli(['--dry-run', ...words], { ...DESI, engine });
      expect(printed.code, printed.stderr).toBe(0);
      expect(printed.stdout).toBe(argvs.map((argv) => `${argv.join(' ')}\n`).join(''));
      const explained = await runCli(['explain', ...words], { ...DESI, engine });
      expect(explained.code).toBe(0);
      expect(explained.stdout).toContain('  why:     ');
      expect([...printed.engine.entered, ...explained.engine.entered]).not.toContain('execute');
    },
  );

  it('exec asks for a terminal where there is one', async () => {
    const ran = await runCli(['exec', 'api-public', 'sh'], {
      ...DESI,
      tty: true,
      engine: { containers: BOTH, runs: [done] },
    });
    expect(ran.engine.plans[0]?.steps.map((step) => (step.do === 'exec' ? step.argv : step.do))).toEqual([
      ['docker', 'exec', '--interactive', '--tty', 'api-public', 'sh'],
    ]);
  });

  it('exec passes the exit code through', async () => {
    const ran = await runCli(['exec', 'api-public', 'false'], {
      ...DESI,
      engine: { containers: BOTH, runs: [() => ({ exitCode: 42, stdout: '' })] },
    });
    expect(ran.code).toBe(42);
  });

  it.each([
    ['stop', [], 0, 'nothing to do: no container of this project is in that state\n'],
    ['start', BOTH, 0, 'nothing to do: no container of this project is in that state\n'],
  ])('%s with nothing to do says so', async (verb, containers, code, stderr) => {
    const ran = await runCli([verb], { ...DESI, engine: { containers, runs: [done] } });
    expect(ran).toMatchObject({ code, stdout: '', stderr });
  });

  it.each([
    [
      'stop nothing',
      BOTH,
      66,
      'error: no container of this project is called `nothing`\nhint: there are api-public, api-private\n',
    ],
    [
      'stop other',
      BOTH,
      66,
      'error: no container of this project is called `other`\nhint: there are api-public, api-private\n',
    ],
    [
      'exec dv ls',
      [
        mine('public', {
          name: 'sky-1-db-1',
          labels: { ...mine('public').labels, 'com.docker.compose.service': 'db' },
        }),
      ],
      66,
      'error: no container of this project is called `dv`\nhint: there are db\n',
    ],
    ['stop x', [], 66, 'error: no container of this project is called `x`\nhint: this project has no containers\n'],
    [
      'logs',
      BOTH,
      64,
      'error: 2 containers of this project are there\nhint: say which with -m or by name: api-public, api-private\n',
    ],
    [
      'logs',
      [],
      66,
      'error: no container of this project is there\nhint: podctl ps --all shows those of other projects\n',
    ],
  ])('podctl %s fails', async (line, containers, code, stderr) => {
    const ran = await runCli(line.split(' '), { ...DESI, engine: { containers } });
    expect(ran).toMatchObject({ code, stdout: '', stderr });
    expect(ran.engine.entered.has('execute')).toBe(false);
  });
});

describe('podctl ps', () => {
  it('lists the containers of this project', async () => {
    const ran = await runCli(['ps'], { ...DESI, engine: { containers: [...STOPPED, stranger] } });
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toBe(
      [
        'NAME          COMMAND   MODE      STATE        PORTS                 IMAGE',
        'api-public    server    public    exited (0)                         desiapi:dev',
        'api-private   server    private   running      127.0.0.1:5001:5000   desiapi:dev',
        '',
      ].join('\n'),
    );
  });

  it('lists those of a mode, or of every project', async () => {
    const one = await runCli(['ps', '-m', 'public'], { ...DESI, engine: { containers: BOTH } });
    expect(one.stdout.split('\n')).toHaveLength(3);
    const all = await runCli(['ps', '--all'], { ...DESI, engine: { containers: BOTH } });
    expect(all.stdout).toContain('else-00000000   other');
  });

  it('prints one JSON document', async () => {
    const ran = await runCli(['ps', '--json'], { ...DESI, engine: { containers: BOTH } });
    expect(JSON.parse(ran.stdout)).toMatchObject({
      podctl: 1,
      containers: [{ name: 'api-public' }, { name: 'api-private' }],
    });
  });

  it('leaves no trace of an engine that it only looked at', async () => {
    const ran = await runCli(['ps'], { ...DESI, engine: { containers: [] } });
    expect(Object.keys(ran.memory.volume.toJSON()).filter((path) => path.includes('/state/'))).toEqual([]);
  });

  it('fails where no engine answers, also when one is named', async () => {
    const ran = await runCli(['ps', '--engine', 'docker'], { ...DESI, engine: { facts: null } });
    expect(ran).toMatchObject({ code: 69, stdout: '' });
  });
});
