import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { PodctlError } from '../../src/core/errors.js';
import { Secret } from '../../src/core/secret.js';
import type { Api, ApiRequest } from '../../src/engine/api.js';
import { type ExecuteDeps, executePlan } from '../../src/engine/execute.js';
import type { Processes } from '../../src/engine/process.js';
import type { ProgressEvent } from '../../src/engine/progress.js';
import { secretFilePrefix } from '../../src/engine/secret-files.js';
import { warmUp } from '../../src/engine/warm-up.js';
import type { EngineStep, ExecStep, FileStep, Plan, Step } from '../../src/plan/step.js';
import {
  buffers,
  DOCKER,
  disk,
  done,
  fakeChild,
  fakeClock,
  fakeSignals,
  HOST,
  reply,
  settled,
  silent,
  strictProcesses,
} from './fakes.js';

function planOf(...steps: readonly Step[]): Plan {
  return { profile: null, mode: null, engine: { name: 'docker', version: '28.2.2', assumed: false }, steps };
}

function exec(line: string, more: Partial<ExecStep> = {}): ExecStep {
  return { do: 'exec', argv: line.split(' '), env: {}, output: 'quiet', why: '', tokens: [], ...more };
}

function call(method: EngineStep['method'], path: string, more: Partial<EngineStep> = {}): EngineStep {
  return { do: 'engine', method, path, body: null, output: 'quiet', why: '', ...more };
}

function file(action: FileStep['action'], path: string, more: Partial<FileStep> = {}): FileStep {
  return { do: 'file', action, path, mode: null, content: null, always: false, why: '', ...more };
}

function deps(more: Partial<ExecuteDeps>) {
  const terminal = buffers();
  const signals = fakeSignals();
  const files = disk({ '/run/x': '', '/home/ann/x': '' });
  const base = { connection: DOCKER, host: HOST, files, streams: terminal.streams, signals, clock: fakeClock() };
  return { ...base, terminal, signals, files, all: { ...base, ...more } satisfies ExecuteDeps };
}

/** An API with known answers only. */
function strictApi(answers: Record<string, unknown>): Api & { requests: ApiRequest[] } {
  const requests: ApiRequest[] = [];
  const take = (request: ApiRequest): unknown => {
    requests.push(request);
    const key = `${request.method} ${request.path}`;
    if (!(key in answers)) throw new Error(`unexpected request: ${key}`);
    const answer = answers[key];
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return {
    requests,
    call: async (request) => take(request),
    stream: async (request) => Readable.from([take(request)]),
    hijack: () => Promise.reject(new Error('unexpected hijack')),
  };
}

it.each(['cli', 'api'] as const)('what --via %s needs can be loaded ahead of time', async (via) => {
  await expect(warmUp(via)).resolves.toBe(undefined);
});

it('secret files that a killed run left are cleared before anything starts', async () => {
  const left = '/home/ann/.local/state/podctl/run/web-999999999.env';
  const run = deps({ processes: strictProcesses({ 'docker start web': done() }) });
  await run.files.makeDirectory('/home/ann/.local/state/podctl/run');
  await run.files.writeText(left, 'TOKEN=a');
  await executePlan(planOf(exec('docker start web')), run.all);
  expect(await run.files.stat(left)).toBe(null);
});

describe('a container that does not start in the background', () => {
  const RUN = 'docker run --detach --name web app';
  const plan = planOf(exec(RUN, { output: 'result', starts: 'web' }));
  const state = (status: string, created = '1970-01-01T00:16:40Z') =>
    done(`[{"Id":"c1","State":{"Status":"${status}"},"Created":"${created}"}]`);
  const failing = (stderr: string) => done('', { exitCode: 127, stderr });
  const REMOVES = ['docker kill c1', 'docker rm --force --volumes c1'];

  it.each([
    { what: 'goes', words: 'exec: "nosuch": not found', now: state('created'), removed: true },
    { what: 'stays when it ran', words: 'cannot follow it', now: state('exited'), removed: false },
    {
      what: 'stays when it was there before',
      words: 'no',
      now: state('created', '1970-01-01T00:00:00Z'),
      removed: false,
    },
    {
      what: 'is not there',
      words: 'no space left',
      now: done('[]', { exitCode: 1, stderr: 'no such container' }),
      removed: false,
    },
  ])('$what', async ({ words, now, removed }) => {
    const answers = { [RUN]: failing(words), 'docker container inspect web': now };
    const removal = removed ? Object.fromEntries(REMOVES.map((line) => [line, done()])) : {};
    const processes = strictProcesses({ ...answers, ...removal });
    const run = deps({ processes, connection: { ...DOCKER, address: null } });
    await expect(executePlan(plan, run.all)).rejects.toThrow(PodctlError);
    const lines = processes.commands.map(({ file: program, args }) => [program, ...args].join(' '));
    expect(lines.filter((line) => REMOVES.includes(line))).toEqual(removed ? REMOVES : []);
  });

  it('is not looked for under a name that another run has taken meanwhile', async () => {
    const words = 'Conflict. The container name "/web" is already in use by container "c1".';
    const run = deps({ processes: strictProcesses({ [RUN]: failing(words) }) });
    await expect(executePlan(plan, run.all)).rejects.toThrow(PodctlError);
  });

  it('goes by API, too', async () => {
    const api = strictApi({
      'POST /containers/create?name=web': { Id: 'c1' },
      'POST /containers/web/start': new Error('no such program'),
      'GET /containers/web/json': { State: { Status: 'created' }, Created: '1970-01-01T00:16:40Z' },
      'DELETE /containers/web?force=1&v=1': null,
    });
    const steps = [
      call('POST', '/containers/create?name=web', { output: 'result' }),
      call('POST', '/containers/web/start', { starts: 'web' }),
    ];
    await expect(executePlan(planOf(...steps), deps({ api }).all)).rejects.toThrow('no such program');
    expect(api.requests.at(-1)?.method).toBe('DELETE');
  });
});

describe('mounted secret files', () => {
  const path = `${secretFilePrefix('web', { connection: DOCKER, host: HOST })}TOKEN`;
  const plan = (line: string): Plan =>
    planOf(
      file('mkdir', path.slice(0, path.lastIndexOf('/')), { mode: 0o700 }),
      file('write', path, { mode: 0o444, content: new Secret('hunter2') }),
      exec(line),
    );

  it('stay with a container in the background', async () => {
    const probe = () => Promise.resolve(reply({ Id: 'c1', Name: '/web' }));
    const run = deps({ processes: strictProcesses({ 'docker run -d web': done('c1') }), probe });
    await executePlan(plan('docker run -d web'), run.all);
    expect(await run.files.readText(path)).toBe('hunter2');
    expect((await run.files.stat(path))?.mode).toBe(0o444);
  });

  it('go when it was not made', async () => {
    const probe = () => Promise.resolve(reply({ message: 'No such container: web' }, { status: 404 }));
    const processes = strictProcesses({ 'docker run -d web': done('', { exitCode: 125, stderr: 'no' }) });
    const run = deps({ processes, probe });
    await expect(executePlan(plan('docker run -d web'), run.all)).rejects.toMatchObject({ code: 'CANNOT_CREATE' });
    expect(await run.files.stat(path)).toBe(null);
  });

  it('are not taken away as soon as the container is there, as env files are', async () => {
    const child = fakeChild();
    const probe = () => Promise.resolve(reply({ Id: 'c1', Name: '/web', State: { Status: 'running' } }));
    const run = deps({ processes: strictProcesses({}, { child }), probe });
    const container = { name: 'web', remove: false, tty: false, stopTimeout: null };
    const running = executePlan(
      planOf(
        file('write', '/run/env', { content: 'A=1' }),
        file('write', '/run/token', { content: 'B' }),
        exec('docker run web', { output: 'attached', container }),
        file('remove', '/run/env', { always: true }),
        file('remove', '/run/token', { always: true, until: 'end' }),
      ),
      run.all,
    );
    await settled();
    await run.clock.pass(1_000);
    await settled();
    expect([await run.files.stat('/run/env'), await run.files.readText('/run/token')]).toEqual([null, 'B']);
    child.finish({ exitCode: 0 });
    await running;
    expect(await run.files.stat('/run/token')).toBe(null);
  });
});

describe('programs', () => {
  it('run in order; what result steps write is given back', async () => {
    const processes = strictProcesses({
      'docker volume create cache': done('cache'),
      'docker run -d web': done('c1'),
      'docker port c1': done('80'),
    });
    const { all } = deps({ processes });
    const plan = planOf(
      exec('docker volume create cache'),
      exec('docker run -d web', { output: 'result' }),
      exec('docker port c1', { output: 'result' }),
    );
    expect(await executePlan(plan, all)).toEqual({ exitCode: 0, stdout: 'c1\n80' });
    expect(processes.commands.map(({ args }) => args[0])).toEqual(['volume', 'run', 'port']);
  });

  it('secrets reach the program in plain text and nobody else', async () => {
    const stderr = 'Error: bad value hunter2 in TOKEN\nRun docker --help';
    const processes = strictProcesses({ 'docker run web': done('', { exitCode: 125, stderr }) });
    const { all } = deps({ processes });
    const plan = planOf(exec('docker run web', { env: { TOKEN: new Secret('hunter2'), TZ: 'UTC' } }));
    await expect(executePlan(plan, all)).rejects.toMatchObject({
      code: 'CANNOT_CREATE',
      message: '`docker run` failed: Error: bad value [redacted] in TOKEN',
    });
    expect(processes.commands[0]?.env).toEqual({ TOKEN: 'hunter2', TZ: 'UTC' });
  });

  it('a failed step ends the plan, but not what must always be done', async () => {
    const processes = strictProcesses({ 'docker run web': done('', { exitCode: 1, stderr: 'no' }) });
    const { all, files } = deps({ processes });
    const plan = planOf(
      file('write', '/run/env', { content: new Secret('A=1\n'), mode: 0o600 }),
      exec('docker run web'),
      exec('docker never reached'),
      file('write', '/run/after', { content: 'x' }),
      file('remove', '/run/env', { always: true }),
    );
    await expect(executePlan(plan, all)).rejects.toMatchObject({ message: '`docker run` failed: no' });
    expect(await files.readText('/run/env')).toBeNull();
    expect(await files.readText('/run/after')).toBeNull();
  });

  it('a program that is not there', async () => {
    const { all } = deps({ processes: strictProcesses({ 'docker run web': silent('`docker` was not found') }) });
    await expect(executePlan(planOf(exec('docker run web')), all)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: '`docker` was not found',
    });
  });

  it('progress is read line by line; the last lines tell why it failed', async () => {
    const events: ProgressEvent[] = [];
    const lines = ['STEP 1/2: FROM base', 'STEP 2/2: RUN make', 'Error: make: exit status 2'];
    const processes = strictProcesses({}, { lines, streamed: { exitCode: 2 } });
    const { all } = deps({ processes, onProgress: (event) => void events.push(event) });
    await expect(executePlan(planOf(exec('podman build .', { output: 'progress' })), all)).rejects.toMatchObject({
      message: '`podman build` failed: Error: make: exit status 2',
    });
    expect(events.map(({ fraction }) => fraction)).toEqual([0, 0.5, null]);
  });

  const LOST = 'Error: checking if cached image exists from a previous build: getting top layer info: layer not known';

  /** A builder that loses an image to another program that many times. */
  function losing(losses: number) {
    let builds = 0;
    const stream: Processes['stream'] = async (_command, onLine) => {
      builds += 1;
      if (builds <= losses) onLine(LOST);
      return { exitCode: builds <= losses ? 125 : 0, signal: null, timedOut: false };
    };
    return { processes: { ...strictProcesses({}), stream }, builds: () => builds };
  }

  it('a build that lost an image to another program is built once more', async () => {
    const { processes, builds } = losing(1);
    const { all, terminal } = deps({ processes });
    const plan = planOf(exec('podman build .', { output: 'progress' }));
    expect(await executePlan(plan, all)).toEqual({ exitCode: 0, stdout: '' });
    expect(builds()).toBe(2);
    expect(terminal.err()).toContain('another program removed an image meanwhile: this is built once more\n');
  });

  it('and again, but not for ever', async () => {
    const { processes, builds } = losing(9);
    const plan = planOf(exec('podman build .', { output: 'progress' }));
    await expect(executePlan(plan, deps({ processes }).all)).rejects.toMatchObject({ code: 'TRY_AGAIN' });
    expect(builds()).toBe(3);
  });

  it('a build that failed for a reason of its own is not built again', async () => {
    const processes = strictProcesses({}, { lines: ['Error: make: exit status 2'], streamed: { exitCode: 2 } });
    const { all } = deps({ processes });
    await expect(executePlan(planOf(exec('podman build .', { output: 'progress' })), all)).rejects.toThrow('make');
    expect(processes.commands).toHaveLength(1);
  });

  it('without a listener, progress goes to stderr with its control characters made visible', async () => {
    const processes = strictProcesses({}, { lines: ['3f4a5b6c7d8e: Pull complete', 'evil \u001b[2J'] });
    const { all, terminal } = deps({ processes });
    expect(await executePlan(planOf(exec('docker pull x', { output: 'progress' })), all)).toEqual({
      exitCode: 0,
      stdout: '',
    });
    expect(terminal.err()).toBe('3f4a5b6c7d8e Pull complete\nevil \\x1b[2J\n');
  });

  it('an attached command that is no run passes its exit code on and ends the plan', async () => {
    const child = fakeChild();
    const processes = strictProcesses({}, { child });
    const { all, signals } = deps({ processes });
    const running = executePlan(planOf(exec('docker exec web sh', { output: 'attached' }), exec('docker never')), all);
    await settled();
    signals.send('SIGTERM');
    await settled();
    expect(child.received).toEqual(['SIGTERM']);
    child.finish({ exitCode: 7 });
    expect(await running).toEqual({ exitCode: 7, stdout: '' });
    expect(signals.listeners()).toBe(0);
  });

  it('each step is announced before it is done', async () => {
    const seen: string[] = [];
    const processes = strictProcesses({ 'docker pull x': done() });
    const { all } = deps({ processes, onStep: (step) => void seen.push(step.do) });
    await executePlan(planOf(file('mkdir', '/run/d', { mode: 0o700 }), exec('docker pull x')), all);
    expect(seen).toEqual(['file', 'exec']);
  });
});

describe('a signal during a step that is not attached', () => {
  it('cancels it, removes what must be removed, and gives the exit code of the signal', async () => {
    const { all, signals, files } = deps({});
    let cancelled: AbortSignal | undefined;
    const processes = {
      ...strictProcesses({}),
      run: (command: { readonly signal?: AbortSignal | undefined }) => {
        cancelled = command.signal;
        signals.send('SIGINT');
        return Promise.resolve(done('', { exitCode: 130, stderr: 'cancelled' }));
      },
    };
    const plan = planOf(
      file('write', '/run/env', { content: 'A=1' }),
      exec('docker pull x'),
      exec('docker never'),
      file('remove', '/run/env', { always: true }),
    );
    expect(await executePlan(plan, { ...all, processes })).toEqual({ exitCode: 130, stdout: '' });
    expect(cancelled?.aborted).toBe(true);
    expect(await files.readText('/run/env')).toBeNull();
  });

  it('between two steps: the next is not begun', async () => {
    const { all, signals } = deps({});
    const processes = {
      ...strictProcesses({}),
      run: () => {
        signals.send('SIGTERM');
        return Promise.resolve(done());
      },
    };
    expect(await executePlan(planOf(exec('docker one'), exec('docker two')), { ...all, processes })).toEqual({
      exitCode: 143,
      stdout: '',
    });
  });
});

describe('API calls', () => {
  it('send bodies with secrets in plain text; an Id is the result', async () => {
    const api = strictApi({ 'POST /containers/create?name=web': { Id: 'c1' }, 'POST /containers/web/start': null });
    const { all } = deps({ api });
    const body = { Env: [new Secret('TOKEN=hunter2'), 'TZ=UTC'], HostConfig: { Binds: null } };
    const plan = planOf(
      call('POST', '/containers/create?name=web', { body, output: 'result' }),
      call('POST', '/containers/web/start'),
    );
    expect(await executePlan(plan, all)).toEqual({ exitCode: 0, stdout: 'c1' });
    expect(api.requests[0]?.body).toEqual({ Env: ['TOKEN=hunter2', 'TZ=UTC'], HostConfig: { Binds: null } });
  });

  it('errors do not repeat secrets', async () => {
    const api = strictApi({ 'POST /containers/create?name=web': silent('invalid env hunter2') });
    const { all } = deps({ api });
    const plan = planOf(call('POST', '/containers/create?name=web', { body: { Env: [new Secret('hunter2')] } }));
    await expect(executePlan(plan, all)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'invalid env [redacted]',
    });
  });

  it('a pull is progress, and an error in its stream fails the step', async () => {
    const events: ProgressEvent[] = [];
    const lines = [
      '{"status":"Downloading","id":"3f4a","progressDetail":{"current":1,"total":4}}',
      '{"errorDetail":{"message":"manifest unknown"},"error":"manifest unknown"}',
    ];
    const api = strictApi({ 'POST /images/create?fromImage=x': `${lines.join('\r\n')}\r\n` });
    const { all } = deps({ api, onProgress: (event) => void events.push(event) });
    const plan = planOf(call('POST', '/images/create?fromImage=x', { output: 'progress' }));
    await expect(executePlan(plan, all)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: '`POST /images/create` failed: the registry has no such image or tag: manifest unknown',
    });
    expect(events).toEqual([{ id: '3f4a', text: 'Downloading', fraction: 0.25 }]);
  });

  it('a container that was created for an attached run that never began is removed', async () => {
    const created = new Date(1_000_000).toISOString();
    const api = strictApi({
      'POST /containers/create?name=web': { Id: 'c1' },
      'POST /networks/n/connect': silent('no such network'),
      'GET /containers/web/json': { State: { Status: 'created' }, Created: created },
      'DELETE /containers/web?force=1&v=1': null,
    });
    const { all } = deps({ api });
    const container = { name: 'web', remove: true, tty: false, stopTimeout: null };
    const plan = planOf(
      call('POST', '/containers/create?name=web'),
      call('POST', '/networks/n/connect'),
      call('POST', '/containers/web/start', { output: 'attached', container }),
    );
    await expect(executePlan(plan, all)).rejects.toMatchObject({ message: 'no such network' });
    expect(api.requests.at(-1)?.method).toBe('DELETE');
  });

  it('a container of the same name that was there before is not touched', async () => {
    const api = strictApi({
      'POST /containers/create?name=web': silent('name is in use'),
      'GET /containers/web/json': { State: { Status: 'created' }, Created: new Date(0).toISOString() },
    });
    const { all } = deps({ api });
    const container = { name: 'web', remove: true, tty: false, stopTimeout: null };
    const plan = planOf(
      call('POST', '/containers/create?name=web'),
      call('POST', '/containers/web/start', { output: 'attached', container }),
    );
    await expect(executePlan(plan, all)).rejects.toMatchObject({ message: 'name is in use' });
    expect(api.requests.map(({ method }) => method)).toEqual(['POST', 'GET']);
  });

  it('without a plain address there is no API to call', async () => {
    const { all } = deps({ connection: { ...DOCKER, address: null } });
    await expect(executePlan(planOf(call('GET', '/info')), all)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      hint: 'use --via cli, or start the engine with its socket',
    });
  });
});

describe('what runs beside a container', () => {
  const beside = [
    exec('docker run beside'),
    exec('docker run app'),
    exec('docker stop beside', { always: true }),
    exec('docker rm beside', { always: true }),
  ];

  it('is ended in every case, once, and its own failure is none', async () => {
    const processes = strictProcesses({
      'docker run beside': done(),
      'docker run app': { exitCode: 1, signal: null, timedOut: false, stdout: '', stderr: 'Error: no room' },
      'docker stop beside': new Error('the engine is gone'),
      'docker rm beside': done(),
    });
    await expect(executePlan(planOf(...beside), deps({ processes }).all)).rejects.toMatchObject({
      message: expect.stringContaining('no room') as string,
    });
    expect(processes.commands.map(({ args }) => args.join(' '))).toEqual([
      'run beside',
      'run app',
      'stop beside',
      'rm beside',
    ]);
  });

  it.each([
    ['docker', { StatusCode: 3 }],
    ['podman', 3],
  ])('%s: a container that must end well and does not is told with its last words', async (_name, answer) => {
    const words = Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 0, 0, 8]), Buffer.from('no keys\n')]);
    const api = strictApi({
      'POST /containers/a-restore/wait': answer,
      'GET /containers/a-restore/logs?stdout=1&stderr=1&tail=5': words,
      'DELETE /containers/a-restore?force=true': null,
    });
    const plan = planOf(
      call('POST', '/containers/a-restore/wait', { expects: 'exit-0' }),
      call('DELETE', '/containers/a-restore?force=true', { always: true }),
    );
    await expect(executePlan(plan, deps({ api }).all)).rejects.toMatchObject({
      code: 'CANNOT_CREATE',
      message: 'container `a-restore` ended with 3: no keys',
    });
    expect(api.requests.at(-1)?.method).toBe('DELETE');
  });

  it('one that ended well lets the plan go on', async () => {
    const api = strictApi({ 'POST /containers/a/wait': { StatusCode: 0 }, 'POST /containers/b/start': null });
    const plan = planOf(call('POST', '/containers/a/wait', { expects: 'exit-0' }), call('POST', '/containers/b/start'));
    await expect(executePlan(plan, deps({ api }).all)).resolves.toMatchObject({ exitCode: 0 });
  });
});
