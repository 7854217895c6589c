import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { formatOrigin } from '../../src/core/origin.js';
import { decideRun } from '../../src/plan/decide-run.js';
import { type ExplainRow, explainPlan, explainToJson, formatExplain } from '../../src/plan/explain.js';
import { FIELD_REASONS, OTHER_REASONS } from '../../src/plan/reasons.js';
import type { Plan } from '../../src/plan/step.js';
import { composeProfile } from '../../src/profile/merge.js';
import { parseProfile } from '../../src/profile/parse.js';
import { placeOrigins } from '../../src/profile/placement.js';
import { resolveProfile } from '../../src/profile/resolve.js';
import { buildSpec } from '../../src/spec/build.js';
import type { EngineFacts, EngineName } from '../../src/spec/facts.js';
import { lowerSpec } from '../../src/spec/lower.js';
import { RULES } from '../../src/spec/rules.js';
import { EMPTY_SPEC } from '../../src/spec/spec.js';
import { bind, ENGINE, LABELS, runInput, spec, volume } from './plan-fixtures.js';

const FILE = 'desi-api.toml';
const TEXT = readFileSync(fileURLToPath(new URL('../../profiles/desi-api.toml', import.meta.url)), 'utf8');

type Explained = { readonly plan: Plan; readonly rows: readonly ExplainRow[] };

async function explained(command: string, mode: string, engine: EngineFacts): Promise<Explained> {
  const loaded = composeProfile([await parseProfile({ file: FILE, text: TEXT })]);
  const resolved = resolveProfile(loaded, {
    mode,
    command,
    variables: { DESI_SPECTRO_REDUX: { value: '/data/redux' } },
    names: { config: '/home/me/config.toml', project: '/home/me' },
    nameOrigins: { config: { kind: 'flag', flag: '-c' } },
  });
  const built = buildSpec(resolved, {
    engine,
    host: { platform: 'linux', uid: 1000, gid: 1000, home: '/home/me' },
    image: null,
    containerName: 'desi-api-server-public-1234',
    labels: { ...LABELS, 'podctl.mode': mode },
    flags: {
      args: ['--verbose'],
      ports: resolved.command.ports ? ['5001'] : [],
      image: null,
      tag: 'v2',
      mounts: ['/srv/x:/x:ro'],
      env: ['TZ=UTC', 'TWO=a\nb'],
      detach: false,
    },
    terminal: { stdin: false, stdout: false },
    cwd: '/home/me',
    flavour: 'posix',
  });
  const decision = decideRun(
    runInput({
      mode,
      engine,
      spec: lowerSpec(built.spec, engine, 'cli'),
      shape: built.shape,
      volumes: { 'desi-api-cache': null },
    }),
  );
  if (decision.kind !== 'plan') throw new Error(decision.message);
  const origins = await placeOrigins(built.origins, [{ file: FILE, text: TEXT }]);
  return { plan: decision.plan, rows: explainPlan(decision.plan, { origins, notes: built.notes }) };
}

const ENGINES: Readonly<Record<EngineName, EngineFacts>> = {
  docker: ENGINE,
  podman: { ...ENGINE, name: 'podman', version: '5.4.0', rootless: true },
  nerdctl: { ...ENGINE, name: 'nerdctl', version: '2.1.0' },
  'podman-hpc': { ...ENGINE, name: 'podman-hpc', version: '5.4.0', rootless: true },
};

const MATRIX = (['server', 'clean_cache', 'emergency_clean_cache'] as const).flatMap((command) =>
  ['public', 'private'].flatMap((mode) =>
    Object.values(ENGINES).map((engine) => ({ command, mode, engine, name: engine.name })),
  ),
);

describe('every word of every plan of the shipped profile', () => {
  it.each(MATRIX)('$command in $mode on $name', async ({ command, mode, engine }) => {
    const { plan, rows } = await explained(command, mode, engine);
    const words = plan.steps.map((step) => (step.do === 'exec' ? step.argv : []));
    const told = plan.steps.map((_, index) =>
      rows.filter((row) => row.step === index + 1).flatMap((row) => row.tokens),
    );
    expect(told).toEqual(words);
    const silent = rows.filter(
      (row) =>
        row.from.length === 0 || row.reason === '' || row.without === '' || row.reason === 'the step asks for it',
    );
    expect(silent).toEqual([]);
    const placeless = rows
      .flatMap((row) => row.from)
      .filter((origin) => origin.kind === 'profile' && origin.line === undefined);
    expect(placeless).toEqual([]);
  });

  it('names line, key, variable, flag, argument and rule', async () => {
    const { rows } = await explained('server', 'public', ENGINE);
    const from = (pointer: string) =>
      rows.find((row) => row.pointer === pointer && !row.tokens.includes('run'))?.from.map(formatOrigin);
    expect(from('mounts/release/fuji')).toEqual([
      expect.stringMatching(
        /^desi-api\.toml:\d+:\d+ modes\.public\.container\.mounts\.release(\.\w+)? \(mode public\)$/,
      ),
      expect.stringMatching(/^desi-api\.toml:\d+:\d+ lists\.releases\[0\]$/),
      'variable DESI_SPECTRO_REDUX (environment)',
    ]);
    expect(from('ports/http')?.join('\n')).toContain('flag --port');
    expect(from('image')?.join('\n')).toContain('flag --tag');
    expect(from('rule/attached')).toEqual(['podctl rule attached']);
    expect(from('name')).toEqual(['podctl rule name']);
    expect(rows.filter((row) => row.tokens.includes('--verbose')).flatMap((row) => row.from.map(formatOrigin))).toEqual(
      ['argument 1 of the command line'],
    );
    expect(rows.find((row) => row.tokens[0] === '--' || row.tokens.includes('--'))?.reason).toContain(
      'takes the first word after its script for its own name',
    );
  });
});

const plan: Plan = {
  profile: 'p',
  mode: null,
  engine: { name: 'docker', version: '1', assumed: false },
  steps: [
    {
      do: 'exec',
      argv: ['docker', 'run', '--env-file', '/e', '--health-cmd', 'true', '--health-retries', '3', 'an image', 'a'],
      env: {},
      output: 'attached',
      why: 'go',
      tokens: [
        { text: 'docker', at: 'rule/program' },
        { text: 'run', at: 'rule/verb' },
        { text: '--env-file', at: 'env' },
        { text: '/e', at: 'env' },
        { text: '--health-cmd', at: 'health' },
        { text: 'true', at: 'health' },
        { text: '--health-retries', at: 'health' },
        { text: '3', at: 'health' },
        { text: 'an image', at: 'image' },
        { text: 'a', at: 'args/0' },
      ],
    },
    {
      do: 'file',
      action: 'remove',
      path: '/e',
      mode: null,
      content: null,
      always: true,
      why: 'the engine has read it',
    },
  ],
};
const ORIGINS = {
  'env/A': [{ kind: 'flag', flag: '--env' }],
  'env/B': [
    { kind: 'flag', flag: '--env' },
    { kind: 'profile', file: 'podctl.toml', path: ['container', 'env', 'B'], line: 4, column: 1 },
  ],
  image: [{ kind: 'profile', file: 'podctl.toml', path: ['images', 'app', 'name'], line: 2, column: 1 }],
  'args/0': [{ kind: 'engine', rule: 'entrypoint-shell-form' }],
} as const;

it('keeps a flag with its value, and a rule that is the only origin gives the whole reason', () => {
  const rows = explainPlan(plan, { origins: ORIGINS, notes: [{ at: 'image', message: 'taken at its word' }] });
  expect(rows.map((row) => row.tokens)).toEqual([
    ['docker'],
    ['run'],
    ['--env-file', '/e'],
    ['--health-cmd', 'true'],
    ['--health-retries', '3'],
    ['an image'],
    ['a'],
    [],
  ]);
  expect(rows[2]?.from.map(formatOrigin)).toEqual(['flag --env', 'podctl.toml:4:1 container.env.B']);
  expect(rows[6]).toMatchObject(RULES['entrypoint-shell-form']);
  expect(rows[5]?.notes).toEqual(['taken at its word']);
});

it('prints rows for a person', () => {
  const rows = explainPlan(plan, { origins: ORIGINS, notes: [{ at: 'image', message: 'taken at its word' }] });
  const text = formatExplain([...rows.slice(2, 3), ...rows.slice(5, 6), ...rows.slice(7)], 'sh');
  expect(text).toBe(`--env-file /e
  from:    flag --env
  from:    podctl.toml:4:1 container.env.B
  why:     variables of the container, by a file or by name, so that no value stands on a command line
  without: the program would not get these variables
'an image'
  from:    podctl.toml:2:1 images.app.name
  why:     the container is made from this image
  without: the engine would not know what to run
  note:    taken at its word

rm -f -- /e
  from:    podctl rule plan-file
  why:     the engine has read it
  without: values that may be secret would stay on the disk
`);
  expect(formatExplain(rows.slice(5, 6), 'cmd').split('\n')[0]).toBe('"an image"');
});

it('is a JSON document that holds the plan, too', () => {
  const rows = explainPlan(plan, { origins: ORIGINS, notes: [] });
  const document = JSON.parse(JSON.stringify(explainToJson(plan, rows)));
  expect(document).toMatchObject({ podctl: 1, steps: [{ do: 'exec' }, { do: 'file' }] });
  expect(document.explained[5]).toEqual({
    step: 1,
    tokens: ['an image'],
    pointer: 'image',
    from: [
      {
        text: 'podctl.toml:2:1 images.app.name',
        kind: 'profile',
        file: 'podctl.toml',
        path: ['images', 'app', 'name'],
        line: 2,
        column: 1,
      },
    ],
    reason: 'the container is made from this image',
    without: 'the engine would not know what to run',
    notes: [],
  });
});

it('explains the steps of the API by what they are for', () => {
  const decision = decideRun(
    runInput({ via: 'api', spec: spec({ mounts: [bind('/a'), volume('v')] }), volumes: { v: null } }),
  );
  if (decision.kind !== 'plan') throw new Error(decision.message);
  const rows = explainPlan(decision.plan, { origins: {}, notes: [] });
  expect(rows.map((row) => row.reason)).toEqual(decision.plan.steps.map((step) => step.why));
});

it('has a reason and a consequence for every field and every other word', () => {
  expect(Object.keys(FIELD_REASONS).toSorted()).toEqual(Object.keys(EMPTY_SPEC).toSorted());
  for (const reason of [...Object.values(FIELD_REASONS), ...Object.values(OTHER_REASONS)]) {
    expect(reason.reason.length).toBeGreaterThan(10);
    expect(reason.without.length).toBeGreaterThan(10);
  }
});
