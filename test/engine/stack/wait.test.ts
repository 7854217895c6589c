import { expect, it } from 'vitest';
import { COMPOSE_LABEL } from '../../../src/core/compose-label.js';
import { waitForStack } from '../../../src/engine/stack/wait.js';
import type { Knock } from '../../../src/io/net-port.js';
import { handClock } from '../../support/hand-clock.js';
import { DOCKER_FACTS, disk, HOST, reply } from '../fakes.js';

const ADDRESS = 'unix:///run/podman/podman.sock';
const FOUND = {
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
  NetworkSettings: { Ports: { '80/tcp': [{ HostIp: '0.0.0.0', HostPort: '8080' }] } },
};

it('listens to nothing, and asks each thing once, where the first look finds all up', async () => {
  const asked: string[] = [];
  const knocked: Knock[] = [];
  const unexpected = (): never => {
    throw new Error('unexpected');
  };
  const result = await waitForStack(
    { project: 'shop', wanted: [{ service: 'web', containers: 1 }], timeout: 1000 },
    {
      found: FOUND,
      host: HOST,
      files: disk(),
      clock: handClock(),
      tools: {
        probe: async (_address, { path }) => {
          asked.push(path.replace(/\?.*/, ''));
          return reply(path.includes('c1') ? WEB : [{ Id: 'c1', Labels: LABELS }]);
        },
        processes: { run: unexpected, stream: unexpected, attach: unexpected, pipe: unexpected },
        lines: unexpected,
        knock: async (place) => {
          knocked.push(place);
          return 'open';
        },
      },
    },
  );
  expect(result).toMatchObject({ outcome: 'up', troubles: [], containers: [{ service: 'web', name: 'shop-web-1' }] });
  expect(asked.map((path) => path.replace(/^\/v[\d.]+/, ''))).toEqual(['/containers/json', '/containers/c1/json']);
  expect(knocked).toEqual([{ address: '127.0.0.1', port: 8080, holdMs: 200, direct: true }]);
});
