import { expect, it } from 'vitest';
import { leadsStraight } from '../../../src/engine/stack/containers.js';
import { DOCKER_FACTS } from '../fakes.js';

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
