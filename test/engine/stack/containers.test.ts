import { expect, it } from 'vitest';
import { leadsStraight, ownAddress } from '../../../src/engine/stack/containers.js';
import { DOCKER, DOCKER_FACTS } from '../fakes.js';

const PODMAN = { ...DOCKER_FACTS, name: 'podman' as const, rootless: false, vm: false };

it.each([
  ['podman as root on a bridge', PODMAN, 'bridge', true],
  ['podman as root with a forwarder', PODMAN, 'slirp4netns', false],
  ['rootless podman', { ...PODMAN, rootless: true }, 'bridge', false],
  ['podman in a machine of its own', { ...PODMAN, vm: true }, 'bridge', false],
  ['docker', DOCKER_FACTS, 'bridge', false],
] as const)('whether the kernel leads to who listens: %s', (_what, facts, mode, straight) => {
  expect(leadsStraight({ HostConfig: { NetworkMode: mode } }, { facts })).toBe(straight);
});

it.each([
  ['docker as root', DOCKER_FACTS, DOCKER, '172.18.0.2'],
  ['docker on another machine', DOCKER_FACTS, { ...DOCKER, address: 'tcp://host:2375' }, null],
  ['rootless docker', { ...DOCKER_FACTS, rootless: true }, DOCKER, null],
  ['docker in a machine of its own', { ...DOCKER_FACTS, vm: true }, DOCKER, null],
  ['podman', PODMAN, DOCKER, null],
] as const)('where a container itself is reached: %s', (_what, facts, connection, address) => {
  const networks = { none: { IPAddress: '' }, shop_default: { IPAddress: '172.18.0.2' } };
  expect(ownAddress({ NetworkSettings: { Networks: networks } }, { facts, connection })).toBe(address);
  expect(ownAddress({}, { facts, connection })).toBeNull();
});
