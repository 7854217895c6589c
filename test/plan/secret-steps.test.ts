import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/core/secret.js';
import { decideLifecycle } from '../../src/plan/decide-lifecycle.js';
import { decideRun } from '../../src/plan/decide-run.js';
import { preflight, preflightQuestions } from '../../src/plan/preflight.js';
import { formatPlan, planToJson } from '../../src/plan/print.js';
import type { RunInput } from '../../src/plan/run-input.js';
import type { Plan } from '../../src/plan/step.js';
import { secretFile } from '../support/samples.js';
import { container, ENGINE, runInput, spec } from './plan-fixtures.js';

const SECRETS = [secretFile({ source: '/state/secrets/d@app@1@TOKEN', value: new Secret('c4nary'), mode: 0o444 })];

function planOf(changes: Partial<RunInput>): Plan {
  const decision = decideRun(runInput({ spec: spec({ secrets: SECRETS }), ...changes }));
  if (decision.kind !== 'plan') throw new Error(decision.message);
  return decision.plan;
}

function lines(plan: Plan): readonly string[] {
  return formatPlan(plan, 'sh')
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^(docker run|curl) .*/, '$1'));
}

describe('a secret by a file', () => {
  const write = [
    'mkdir -m 700 -p -- /state/secrets',
    "install -m 444 /dev/null /state/secrets/d@app@1@TOKEN && : 'content [redacted]'",
  ];

  it('attached: written before the run, removed after it', () => {
    const plan = planOf({});
    expect(lines(plan)).toEqual([...write, 'docker run', 'rm -f -- /state/secrets/d@app@1@TOKEN']);
    expect(plan.steps.at(-1)).toMatchObject({ always: true, until: 'end' });
  });

  it('in the background: it stays as long as the container', () => {
    expect(lines(planOf({ shape: { detach: true, remove: false } }))).toEqual([...write, 'docker run']);
  });

  it('through the API: the same', () => {
    const plan = planOf({ via: 'api' });
    expect(lines(plan)).toEqual([...write, 'curl', 'curl', 'rm -f -- /state/secrets/d@app@1@TOKEN']);
  });

  it.each(['cli', 'api'] as const)('what an earlier container left goes with it (--via %s)', (via) => {
    const named = container({ state: 'exited' });
    const printed = lines(planOf({ via, named, leftSecrets: ['/state/secrets/d@app@9@OLD'] }));
    expect(printed.indexOf('rm -f -- /state/secrets/d@app@9@OLD')).toBe(1);
  });

  it('is printed nowhere', () => {
    const plan = planOf({});
    expect(formatPlan(plan, 'sh') + JSON.stringify(planToJson(plan))).not.toContain('c4nary');
  });
});

it('`down` removes the secret files of exactly the containers that it removes', () => {
  const up = container({ name: 'up' });
  const decision = decideLifecycle({
    profile: null,
    mode: null,
    engine: ENGINE,
    connection: { program: 'docker', globals: [], address: null },
    project: 'app-1234',
    wish: { verb: 'down', timeout: null },
    containers: [up],
    secretFiles: { up: ['/state/secrets/d@up@1@TOKEN'], other: ['/state/secrets/d@other@1@TOKEN'] },
  });
  expect(decision.kind === 'plan' ? formatPlan(decision.plan, 'sh') : '').toBe(
    'docker stop up\ndocker rm --force up\nrm -f -- /state/secrets/d@up@1@TOKEN\n',
  );
});

describe('a secret of the engine', () => {
  const secrets = [{ by: 'engine', name: 'KEY', secret: 'app-key', as: 'env', target: 'KEY' }] as const;
  const context = {
    engine: { ...ENGINE, name: 'podman' },
    image: { presence: 'present', buildable: null, arch: 'amd64', entrypoint: null },
    terminal: { stdin: false, stdout: false },
    detach: false,
    origins: {},
    ownPorts: [],
  } as const;

  it('is asked for', () => {
    expect(preflightQuestions(spec({ secrets }), null).secrets).toEqual(['app-key']);
    expect(preflightQuestions(spec({ secrets: SECRETS }), null).secrets).toEqual([]);
  });

  it.each([
    [false, ['MISSING_INPUT: `KEY`: podman keeps no secret `app-key`']],
    [true, []],
    [undefined, []],
  ])('there: %j', (there, problems) => {
    const answers = { paths: {}, ports: {}, secrets: { 'app-key': there } };
    const found = preflight(spec({ secrets }), answers, context);
    expect(found.map(({ code, problem }) => `${code}: ${problem.message}`)).toEqual(problems);
  });
});
