import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/core/secret.js';
import { decideRun } from '../../src/plan/decide-run.js';
import { formatPlan, planToJson } from '../../src/plan/print.js';
import { refusalError } from '../../src/plan/refusal.js';
import type { RunInput } from '../../src/plan/run-input.js';
import { bind, container, LABELS, runInput, spec, volume } from './plan-fixtures.js';

const RUN =
  'docker run --detach=false --rm --name app-server --label podctl.project=app-1234 --label podctl.profile=desi-api --label podctl.mode=public --label podctl.command=server';

function lines(parts: Partial<RunInput>): readonly string[] {
  const decision = decideRun(runInput(parts));
  if (decision.kind !== 'plan') throw new Error(decision.message);
  for (const step of decision.plan.steps) expect(step.why).not.toBe('');
  return formatPlan(decision.plan, 'sh').trimEnd().split('\n');
}

describe('a start through the program', () => {
  const rows: readonly {
    readonly name: string;
    readonly input: Partial<RunInput>;
    readonly plan: readonly string[];
  }[] = [
    { name: 'is one command when everything is there', input: {}, plan: [`${RUN} desiapi:dev`] },
    {
      name: 'pulls an image that is missing and cannot be built',
      input: { image: { presence: 'missing', buildable: null } },
      plan: ['docker pull desiapi:dev', `${RUN} desiapi:dev`],
    },
    {
      name: 'leaves pull = always to the program',
      input: { spec: spec({ pull: 'always' }) },
      plan: [`${RUN} --pull=always desiapi:dev`],
    },
    {
      name: 'takes the profile at its word when no engine was asked',
      input: { image: { presence: 'unasked', buildable: 'desiapi' }, spec: spec({ mounts: [volume('cache')] }) },
      plan: [`${RUN} --mount type=volume,src=cache,target=/cache desiapi:dev`],
    },
    {
      name: 'makes a missing volume, so that it carries the labels, and leaves one that is there',
      input: {
        spec: spec({ mounts: [volume('cache'), volume('old')] }),
        volumes: { cache: null, old: { name: 'old', driver: 'local', options: {}, labels: {} } },
      },
      plan: [
        'docker volume create --label podctl.project=app-1234 --label podctl.profile=desi-api --label podctl.mode=public cache',
        `${RUN} --mount type=volume,src=cache,target=/cache --mount type=volume,src=old,target=/old desiapi:dev`,
      ],
    },
    {
      name: 'makes a volume with its driver and options once, however often it is mounted',
      input: {
        spec: spec({
          mounts: [
            volume('scratch', { driver: 'local', options: { type: 'tmpfs', device: 'tmpfs' } }),
            volume('scratch', { key: 'again', target: '/again', readOnly: true }),
          ],
        }),
        volumes: { scratch: null },
      },
      plan: [
        'docker volume create --driver local --opt type=tmpfs --opt device=tmpfs --label podctl.project=app-1234 --label podctl.profile=desi-api --label podctl.mode=public scratch',
        `${RUN} --mount type=volume,src=scratch,target=/scratch,volume-driver=local,volume-opt=type=tmpfs,volume-opt=device=tmpfs --mount type=volume,src=scratch,target=/again,readonly desiapi:dev`,
      ],
    },
    {
      name: 'makes the folder of a create mount only when it is missing',
      input: {
        spec: spec({
          mounts: [bind('/srv/a b', { key: 'a', create: true }), bind('/srv/c', { key: 'c', create: true })],
        }),
        missing: new Set(['a']),
      },
      plan: [
        "mkdir -p -- '/srv/a b'",
        `${RUN} --mount 'type=bind,src=/srv/a b,target=/data,readonly' --mount type=bind,src=/srv/c,target=/data,readonly desiapi:dev`,
      ],
    },
    {
      name: 'passes variables by a file that no other user can read, and removes it',
      input: { spec: spec({ env: [{ name: 'TZ', value: 'UTC' }] }) },
      plan: [
        'mkdir -m 700 -p -- /run/user/1000/podctl',
        `install -m 600 /dev/null /run/user/1000/podctl/app-server.env && printf %s $'TZ=UTC\\012' > /run/user/1000/podctl/app-server.env`,
        `${RUN} --env-file /run/user/1000/podctl/app-server.env desiapi:dev`,
        'rm -f -- /run/user/1000/podctl/app-server.env',
      ],
    },
    {
      name: 'passes a value of several lines by the environment of the program',
      input: { spec: spec({ env: [{ name: 'KEY', value: 'one\ntwo' }] }) },
      plan: [`KEY=$'one\\012two' ${RUN} --env KEY desiapi:dev`],
    },
    {
      name: 'removes the container that an earlier run left',
      input: { named: container({ state: 'exited' }) },
      plan: ['docker rm --force app-server', `${RUN} desiapi:dev`],
    },
    {
      name: 'removes one that was abandoned by a killed podctl while it still runs',
      input: { named: container(), lease: 'abandoned' },
      plan: ['docker rm --force app-server', `${RUN} desiapi:dev`],
    },
    {
      name: 'keeps a detached container',
      input: { shape: { detach: true, remove: false } },
      plan: [`${RUN.replace('--detach=false --rm', '--detach')} desiapi:dev`],
    },
    {
      name: 'names the connection of the engine in every step',
      input: {
        connection: { program: 'docker', globals: ['--context', 'colima'], address: null },
        named: container({ state: 'dead' }),
      },
      plan: [
        'docker --context colima rm --force app-server',
        `${RUN.replace('docker', 'docker --context colima')} desiapi:dev`,
      ],
    },
  ];

  it.each(rows)('$name', ({ input, plan }) => {
    expect(lines(input)).toEqual(plan);
  });

  it('tells the executor about the container of an attached run', () => {
    const decision = decideRun(runInput({ spec: spec({ tty: true, stopTimeout: 3000 }) }));
    const steps = decision.kind === 'plan' ? decision.plan.steps : [];
    expect(steps).toMatchObject([
      { output: 'attached', container: { name: 'app-server', remove: true, tty: true, stopTimeout: 3000 } },
    ]);
  });

  it('marks the id of a detached run as the result, with no container to follow', () => {
    const decision = decideRun(runInput({ shape: { detach: true, remove: false } }));
    const [step] = decision.kind === 'plan' ? decision.plan.steps : [];
    expect(step).toMatchObject({ output: 'result' });
    expect(step).not.toHaveProperty('container');
  });
});

describe('a start through the API', () => {
  it('makes the container, then starts it attached', () => {
    const decision = decideRun(runInput({ via: 'api' }));
    const steps = decision.kind === 'plan' ? decision.plan.steps : [];
    expect(steps).toMatchObject([
      { do: 'engine', method: 'POST', path: '/containers/create?name=app-server', output: 'quiet' },
      {
        do: 'engine',
        method: 'POST',
        path: '/containers/app-server/start',
        output: 'attached',
        container: { name: 'app-server', remove: true },
      },
    ]);
  });

  it('pulls, makes volumes and removes what is stale first; a detached one gives its id as the result', () => {
    const decision = decideRun(
      runInput({
        via: 'api',
        shape: { detach: true, remove: false },
        spec: spec({ image: 'ghcr.io/team/app:1', pull: 'always', platform: 'linux/arm64', mounts: [volume('cache')] }),
        volumes: { cache: null },
        named: container({ state: 'exited' }),
      }),
    );
    const steps = decision.kind === 'plan' ? decision.plan.steps : [];
    expect(
      steps.map((step) => (step.do === 'engine' ? `${step.method} ${step.path} ${step.output}` : step.do)),
    ).toEqual([
      'POST /images/create?fromImage=ghcr.io%2Fteam%2Fapp&tag=1&platform=linux%2Farm64 progress',
      'POST /volumes/create quiet',
      'DELETE /containers/app-server?force=true quiet',
      'POST /containers/create?name=app-server&platform=linux%2Farm64 result',
      'POST /containers/app-server/start quiet',
    ]);
    expect(steps[1]).toMatchObject({
      body: {
        Name: 'cache',
        Driver: 'local',
        Labels: { 'podctl.project': 'app-1234', 'podctl.profile': 'desi-api', 'podctl.mode': 'public' },
      },
    });
  });

  it('writes no env file: values go in the body, where secrets print redacted', () => {
    const decision = decideRun(
      runInput({ via: 'api', spec: spec({ env: [{ name: 'TOKEN', value: new Secret('canary-1') }] }) }),
    );
    if (decision.kind !== 'plan') throw new Error(decision.message);
    expect(decision.plan.steps.map((step) => step.do)).toEqual(['engine', 'engine']);
    expect(formatPlan(decision.plan, 'sh')).not.toContain('canary-1');
    expect(JSON.stringify(planToJson(decision.plan))).not.toContain('canary-1');
  });
});

describe('a start that does not happen', () => {
  it('says that the command already runs, where, and how to stop it', () => {
    const decision = decideRun(runInput({ named: container() }));
    expect(decision).toMatchObject({
      kind: 'running',
      message: '`server` in mode `public` already runs on http://127.0.0.1:5000, in container `app-server`',
      hint: 'stop it with `podctl stop server -m public`, or look at it with `podctl logs server -m public`',
    });
  });

  it.each([
    ['a paused one', { state: 'paused' as const }, 'none' as const],
    ['one that another podctl is just starting', { state: 'created' as const }, 'held' as const],
    ['one that restarts', { state: 'restarting' as const }, 'none' as const],
  ])('counts %s as running', (_, parts, lease) => {
    expect(decideRun(runInput({ named: container(parts), lease })).kind).toBe('running');
  });

  const refusals = [
    {
      name: 'a container of somebody else has the name',
      input: { named: container({ labels: {} }) },
      code: 'CANNOT_CREATE',
      message: 'the name `app-server` is taken by a container that is not of this project',
    },
    {
      name: 'a container of another project has the name',
      input: { named: container({ state: 'exited', labels: { ...LABELS, 'podctl.project': 'app-9999' } }) },
      code: 'CANNOT_CREATE',
      message: 'the name `app-server` is taken by a container that is not of this project',
    },
    {
      name: 'the old container is being removed',
      input: { named: container({ state: 'removing' }) },
      code: 'TRY_AGAIN',
      message: 'the container `app-server` of an earlier run is just being removed',
    },
    {
      name: 'the image is missing and has to be built',
      input: { image: { presence: 'missing', buildable: 'desiapi' } },
      code: 'UNAVAILABLE',
      message: 'the image `desiapi:dev` is not there yet',
    },
    {
      name: 'the image is missing and must not be pulled',
      input: { image: { presence: 'missing', buildable: null }, spec: spec({ pull: 'never' }) },
      code: 'UNAVAILABLE',
      message: 'the image `desiapi:dev` is not there, and the profile says never to pull it',
    },
  ] as const satisfies readonly { name: string; input: Partial<RunInput>; code: string; message: string }[];

  it.each(refusals)('refuses when $name', ({ input, code, message }) => {
    const decision = decideRun(runInput(input));
    if (decision.kind !== 'refused') throw new Error(`decided ${decision.kind}`);
    const error = refusalError(decision);
    expect({ code: error.code, message: error.message }).toEqual({ code, message });
    expect(error.hint).toBeTruthy();
  });
});
