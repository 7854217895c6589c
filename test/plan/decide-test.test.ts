import { describe, expect, it } from 'vitest';
import { decideTest, type TestInput } from '../../src/plan/decide-test.js';
import { formatPlan } from '../../src/plan/print.js';
import { runInput, spec } from './plan-fixtures.js';

const LABELS = { 'podctl.test': '1a' };
const TEST = runInput({ spec: spec({ name: 'run', labels: LABELS }), shape: { detach: false, remove: false } });
const DB = runInput({
  spec: spec({ name: 'run-db', image: 'mariadb:10', labels: LABELS, network: 'run', networkAliases: ['db'] }),
  shape: { detach: true, remove: false },
});

function input(parts: Partial<TestInput> = {}): TestInput {
  const { profile, mode, engine, connection } = TEST;
  return {
    profile,
    mode,
    engine,
    connection,
    via: 'cli',
    labels: LABELS,
    network: null,
    services: [],
    test: TEST,
    probe: null,
    pull: null,
    reports: [],
    owner: null,
    remains: { containers: [], networks: [] },
    ...parts,
  };
}

function lines(parts: Partial<TestInput>): readonly string[] {
  const decision = decideTest(input(parts));
  if (decision.kind === 'refused') throw new Error(decision.message);
  return formatPlan(decision.plan, 'sh').trimEnd().split('\n');
}

const RUN = 'docker run --detach=false --name run --label podctl.test=1a desiapi:dev';
const REMOVE = 'docker rm --force --volumes run';

describe('a run of tests', () => {
  it('is one container that stays until it was asked how it ended', () => {
    expect(lines({})).toEqual([RUN, REMOVE]);
  });

  it('has its services beside it, on a network of its own', () => {
    expect(lines({ network: 'run', services: [{ name: 'db', input: DB }] })).toEqual([
      'docker network create --label podctl.test=1a run',
      'docker run --detach --name run-db --label podctl.test=1a --network run --network-alias db mariadb:10',
      RUN,
      REMOVE,
      'docker rm --force --volumes run-db',
      'docker network rm run',
    ]);
  });

  it('makes and removes the same through the API', () => {
    const parts = { via: 'api', network: 'run', test: { ...TEST, via: 'api' } } as const;
    const calls = lines(parts).map((line) =>
      /--request (\w+).*http:\/\/localhost(\S*?)'?$/.exec(line)?.slice(1).join(' '),
    );
    expect(calls).toEqual([
      'POST /networks/create',
      'POST /containers/create?name=run',
      'POST /containers/run/start',
      'DELETE /containers/run?force=true&v=true',
      'DELETE /networks/run',
    ]);
  });

  it('removes exactly what a killed run left, running containers first of all killed', () => {
    const remains = {
      containers: [
        { name: 'old', running: true },
        { name: 'old-db', running: false },
      ],
      networks: ['old'],
    };
    expect(lines({ remains }).slice(0, 3)).toEqual([
      'docker kill old',
      'docker rm --force --volumes old old-db',
      'docker network rm old',
    ]);
  });

  it('copies reports out after the tests, into folders that are made once', () => {
    const reports = [
      { path: '/app/junit.xml', to: '/p/out/x', missing: ['/p/out', '/p/out/x'] },
      { path: '/app/htmlcov', to: '/p/out', missing: ['/p/out'] },
    ];
    expect(lines({ reports }).slice(1, -1)).toEqual([
      'mkdir -p -- /p/out',
      'mkdir -p -- /p/out/x',
      'docker cp run:/app/junit.xml /p/out/x',
      'docker cp run:/app/htmlcov /p/out',
    ]);
  });

  it('as root for somebody gives away what it made and copied, and nothing else', () => {
    const reports = [{ path: '/app/htmlcov', to: '/p/out', missing: ['/p/out'] }];
    expect(lines({ reports, owner: { uid: 1000, gid: 100 } }).slice(1, -1)).toEqual([
      'mkdir -p -- /p/out',
      'docker cp run:/app/htmlcov /p/out',
      'chown --no-dereference 1000:100 -- /p/out',
      'chown --recursive --no-dereference 1000:100 -- /p/out/htmlcov',
    ]);
  });

  it('looks into the image through a container that is not started', () => {
    const probe = { name: 'run-look', image: 'app:1', python: null };
    expect(lines({ test: null, probe })).toEqual([
      'docker create --name run-look --label podctl.test=1a --entrypoint /podctl-never-started --network none app:1',
      'docker rm --force --volumes run-look',
    ]);
  });

  it('starts it only to ask its Python', () => {
    const probe = { name: 'run-look', image: 'app:1', python: '/venv/bin/python' };
    expect(lines({ test: null, probe, pull: 'app:1' })).toEqual([
      'docker pull app:1',
      "docker create --name run-look --label podctl.test=1a --entrypoint /venv/bin/python --network none app:1 -c 'import platform; print(platform.python_version())'",
      'docker start --attach run-look',
      'docker rm --force --volumes run-look',
    ]);
  });

  it('is refused with the first container that cannot be started', () => {
    const missing = { ...DB, image: { presence: 'missing', buildable: 'db' } } as const;
    expect(decideTest(input({ services: [{ name: 'db', input: missing }] }))).toMatchObject({
      kind: 'refused',
      message: 'the image `mariadb:10` is not there yet',
    });
  });
});
