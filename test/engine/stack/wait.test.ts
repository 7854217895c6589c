import { expect, it } from 'vitest';
import { COMPOSE_LABEL } from '../../../src/core/compose-label.js';
import type { FoundEngine } from '../../../src/engine/engine.js';
import { waitForStack } from '../../../src/engine/stack/wait.js';
import type { Knock, KnockAnswer } from '../../../src/io/net-port.js';
import { handClock } from '../../support/hand-clock.js';
import { DOCKER_FACTS, disk, FOUND, HOST, reply } from '../fakes.js';

const ADDRESS = 'unix:///run/podman/podman.sock';
const PODMAN = {
  facts: { ...DOCKER_FACTS, name: 'podman' as const, rootless: false },
  connection: { program: 'podman', address: ADDRESS, globals: [], foundBy: 'a test' },
};
const LABELS = { [COMPOSE_LABEL.project]: 'shop', [COMPOSE_LABEL.service]: 'web' };
const WEB = {
  Id: 'c1',
  Name: '/shop-web-1',
  Config: { Labels: LABELS },
  State: { Status: 'running', Running: true, StartedAt: '2026-01-02T03:04:00Z' },
  HostConfig: { NetworkMode: 'bridge', RestartPolicy: { Name: 'no' } },
  NetworkSettings: {
    Networks: { shop_default: { IPAddress: '172.18.0.2' } },
    Ports: { '80/tcp': [{ HostIp: '0.0.0.0', HostPort: '8080' }] },
  },
};

/** One look at a stack of one service, whose ports answer as a test says. */
async function wait(found: FoundEngine, answer: (place: Knock) => KnockAnswer) {
  const asked: string[] = [];
  const knocked: Knock[] = [];
  const unexpected = (): never => {
    throw new Error('unexpected');
  };
  const result = await waitForStack(
    { project: 'shop', wanted: [{ service: 'web', containers: 1 }], timeout: 1000 },
    {
      found,
      host: HOST,
      files: disk(),
      clock: handClock(),
      tools: {
        probe: async (_address, { path }) => {
          asked.push(path.replace(/\?.*/, '').replace(/^\/v[\d.]+/, ''));
          return reply(path.includes('c1') ? WEB : [{ Id: 'c1', Labels: LABELS }]);
        },
        processes: { run: unexpected, stream: unexpected, attach: unexpected, pipe: unexpected },
        lines: unexpected,
        knock: async (place) => {
          knocked.push(place);
          return answer(place);
        },
      },
    },
  );
  return { result, asked, knocked };
}

it('listens to nothing, and asks each thing once, where the first look finds all up', async () => {
  const { result, asked, knocked } = await wait(PODMAN, () => 'open');
  expect(result).toMatchObject({ outcome: 'up', troubles: [], containers: [{ service: 'web', name: 'shop-web-1' }] });
  expect(asked).toEqual(['/containers/json', '/containers/c1/json']);
  expect(knocked).toEqual([{ address: '127.0.0.1', port: 8080, holdMs: 200, direct: true }]);
});

it('asks a container of docker itself first, and holds the line to its forwarder where that says nothing', async () => {
  const inside = { address: '172.18.0.2', port: 80, holdMs: 50, direct: true };
  const published = { address: '127.0.0.1', port: 8080, holdMs: 200 };
  expect((await wait(FOUND, () => 'open')).knocked).toEqual([inside, { ...published, direct: true }]);
  const filtered = await wait(FOUND, ({ port }) => (port === 80 ? 'refused' : 'open'));
  expect(filtered.knocked).toEqual([inside, { ...published, direct: false }]);
});
