import { expect, it } from 'vitest';
import { isSameThere } from '../../../src/engine/clean/same-podman.js';
import type { FoundEngine } from '../../../src/engine/engine.js';
import { memoryWorld } from '../../support/world.js';
import { DOCKER_FACTS, FOUND } from '../fakes.js';

const PODMAN: FoundEngine = { ...FOUND, facts: { ...DOCKER_FACTS, name: 'podman' } };
const FAR: FoundEngine = { ...PODMAN, connection: { ...PODMAN.connection, globals: ['--url', 'unix:///p.sock'] } };
const MOVED = { CONTAINERS_STORAGE_CONF: '/s.conf' };
const files = {
  '/plain.conf': '[engine]\nruntime = "runc"\n# volume_path = "/no"\n',
  '/moved.conf': '[engine]\n  volume_path = "/elsewhere"\n',
};

it.each<[string, FoundEngine, Record<string, string>, boolean]>([
  ['docker, whatever podman is told', FOUND, MOVED, true],
  ['podman as it comes', PODMAN, {}, true],
  ['podman with storage of its own', PODMAN, MOVED, false],
  ['podman with folders of its own', PODMAN, { CONTAINERS_CONF: '/moved.conf' }, false],
  ['podman with other settings', PODMAN, { CONTAINERS_CONF: '/plain.conf' }, true],
  ['podman with settings that nobody can read', PODMAN, { CONTAINERS_CONF: '/none.conf' }, false],
  ['podman that is told an address', PODMAN, { ...MOVED, CONTAINER_HOST: 'unix:///p.sock' }, true],
  ['podman whose program gets the address', FAR, MOVED, true],
])('%s', async (_, found, env, expected) => {
  expect(await isSameThere(found, memoryWorld({ files, host: { env } }).world)).toBe(expected);
});
