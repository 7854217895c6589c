import { describe, expect, it } from 'vitest';
import type { FoundEngine } from '../../src/engine/engine.js';
import { openTestRoom } from '../../src/engine/test-room.js';
import {
  type ApiAnswers,
  DOCKER,
  DOCKER_FACTS,
  disk,
  FOUND,
  fakeClock,
  HOST,
  reply,
  strictProcesses,
  strictTools,
} from './fakes.js';

const SOCKET = 'unix:///var/run/docker.sock';
const STARTED = '1970-01-01T00:16:39.123456789Z';

function inspected(state: Readonly<Record<string, unknown>>): ApiAnswers {
  return {
    [`${SOCKET} /v1.50/containers/tests/json`]: reply({
      Id: 'abc',
      Name: '/tests',
      State: { Status: 'exited', ExitCode: 137, OOMKilled: false, StartedAt: STARTED, ...state },
    }),
  };
}

function events(text: string): ApiAnswers {
  const filters = encodeURIComponent('{"container":["abc"],"event":["oom"]}');
  return { [`${SOCKET} /events?since=999.123&until=1000.000&filters=${filters}`]: reply(text) };
}

async function endOf(api: ApiAnswers, found: FoundEngine = FOUND) {
  const { probe, asked } = strictTools({ api });
  const lines = (): never => {
    throw new Error('unexpected watch');
  };
  const tools = { probe, processes: strictProcesses({}), lines };
  const end = await openTestRoom(found, { host: HOST, files: disk(), clock: fakeClock(), tools }).endOf('tests');
  return { ...end, asked: asked.length };
}

describe("a test container's end", () => {
  it('ran out of memory when docker saw it, also where the state says no', async () => {
    expect(await endOf({ ...inspected({}), ...events('{"Action":"oom"}') })).toMatchObject({ oomKilled: true });
    expect(await endOf({ ...inspected({}), ...events('') })).toMatchObject({ oomKilled: false });
  });

  it.each([
    ['the state says it', { OOMKilled: true }, true],
    ['it ended with 0', { ExitCode: 0 }, false],
    ['it runs', { Status: 'running', ExitCode: 0 }, false],
    ['it never started', { Status: 'created', StartedAt: '0001-01-01T00:00:00Z' }, false],
  ])('no event is asked for when %s', async (_what, state, oomKilled) => {
    expect(await endOf(inspected(state))).toMatchObject({ oomKilled, asked: 1 });
  });

  it('podman keeps no such events, so none is asked for', async () => {
    const podman: FoundEngine = {
      facts: { ...DOCKER_FACTS, name: 'podman' },
      connection: { ...DOCKER, program: 'podman' },
    };
    expect(await endOf(inspected({}), podman)).toMatchObject({ oomKilled: false, exitCode: 137, asked: 1 });
  });
});
