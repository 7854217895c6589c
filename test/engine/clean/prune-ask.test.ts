import { describe, expect, it } from 'vitest';
import { askEngine } from '../../../src/engine/clean/prune-ask.js';
import type { FoundEngine } from '../../../src/engine/engine.js';
import type { Probe } from '../../../src/engine/probe.js';
import type { Processes } from '../../../src/engine/process.js';
import { DOCKER_FACTS, done, FOUND, reply } from '../fakes.js';

const PODMAN: FoundEngine = { ...FOUND, facts: { ...DOCKER_FACTS, name: 'podman', version: '4.3.1' } };
const OLD: FoundEngine = { ...FOUND, facts: { ...PODMAN.facts, version: '3.4.4' } };
const noProgram = () => Promise.reject(new Error('unexpected program'));

/** Answers by path; whatever is not here is gone. */
function asked(answers: Readonly<Record<string, unknown>>) {
  const paths: string[] = [];
  const probe: Probe = async (address, { path }) => {
    expect(address).toBe(FOUND.connection.address);
    paths.push(decodeURIComponent(path));
    const json = answers[decodeURIComponent(path)];
    return json === undefined ? reply({ message: 'No such thing' }, { status: 404 }) : reply(json);
  };
  return { probe, paths };
}

describe('docker is asked at its address, without a program', () => {
  it('for all that there are', async () => {
    const { probe } = asked({
      '/containers/json?all=1': [{ Id: 'c' }],
      '/images/json?all=1': [{ Id: 'sha256:i' }],
      '/networks': [{ Id: 'n', Name: 'net' }],
      '/volumes': { Volumes: [{ Name: 'v' }] },
      '/containers/json?all=1&filters={"volume":["v"]}': [{ Id: 'd' }],
    });
    const ask = askEngine(FOUND, { run: noProgram, probe });
    const all = await Promise.all((['container', 'image', 'network', 'volume'] as const).map((kind) => ask.ids(kind)));
    expect(all).toEqual([['c'], ['sha256:i'], ['n'], ['v']]);
    expect(await ask.ids('container', { volume: 'v' })).toEqual(['d']);
  });

  it('for each of them; what is gone is left out, and what is wrong told', async () => {
    const { probe, paths } = asked({ '/containers/c/json?size=true': { Id: 'c' }, '/volumes/v': { Name: 'v' } });
    const ask = askEngine(FOUND, { run: noProgram, probe });
    expect(await ask.inspect('container', ['c', 'gone'], { size: true })).toEqual([{ Id: 'c' }]);
    expect(await ask.inspect('volume', ['v'])).toEqual([{ Name: 'v' }]);
    expect(paths).toEqual(['/containers/c/json?size=true', '/containers/gone/json?size=true', '/volumes/v']);
    const broken = askEngine(FOUND, { run: noProgram, probe: async () => reply({ message: 'no' }, { status: 500 }) });
    await expect(broken.inspect('network', ['n'])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('but for very many by its program', async () => {
    const names = Array.from({ length: 101 }, (_, index) => `i${index}`);
    const run: Processes['run'] = async ({ args }) => done(JSON.stringify(args.slice(2).map((Id) => ({ Id }))));
    const ask = askEngine(FOUND, { run, probe: asked({}).probe });
    expect(await ask.inspect('image', names)).toHaveLength(101);
  });
});

it('podman is asked in its own words, but by its program right before something goes', async () => {
  const { probe } = asked({
    '/v4.0.0/libpod/networks/json': [{ id: 'n', name: 'net' }],
    '/v4.0.0/libpod/volumes/json': [{ Name: 'v', Driver: 'local' }],
    '/v4.0.0/libpod/containers/json?all=true&filters={"volume":["v"]}': [{ Id: 'c' }],
    '/v4.0.0/libpod/images/json?all=true&filters={"label":["a=b"]}': [{ Id: 'i' }],
    '/v4.0.0/libpod/volumes/json?filters={"label":["a=b"]}': [{ Name: 'w' }],
    '/v4.0.0/libpod/networks/n/json': { id: 'n' },
    '/v4.0.0/libpod/containers/c/json?size=true': { Id: 'c' },
  });
  const lines: string[] = [];
  const run: Processes['run'] = async ({ args }) => {
    lines.push(args.join(' '));
    return done('[]');
  };
  const ask = askEngine(PODMAN, { run, probe });
  expect(await ask.ids('network')).toEqual(['n']);
  expect(await ask.all('network')).toEqual([{ id: 'n' }]);
  expect(await ask.all('volume')).toEqual([{ Name: 'v', Driver: 'local' }]);
  expect(await ask.ids('container', { volume: 'v' })).toEqual(['c']);
  expect(await ask.ids('image', { label: 'a=b' })).toEqual(['i']);
  expect(await ask.ids('volume', { label: 'a=b' })).toEqual(['w']);
  expect(await ask.inspect('network', ['n', 'gone'])).toEqual([{ id: 'n' }]);
  expect(await ask.inspect('container', ['c'], { size: true })).toEqual([{ Id: 'c' }]);
  expect(lines).toEqual([]);
  expect(await ask.last.inspect('volume', ['v'])).toEqual([]);
  expect(lines).toEqual(['volume inspect v']);
});

it('what goes away while podman looks at it is gone', async () => {
  const probe: Probe = async () => reply({ cause: 'no container with ID c found' }, { status: 500 });
  expect(await askEngine(PODMAN, { run: noProgram, probe }).inspect('container', ['c'])).toEqual([]);
});

it('an old podman, and docker elsewhere, are asked by their program', async () => {
  const lines: string[] = [];
  const run: Processes['run'] = async ({ file, args }) => {
    lines.push([file, ...args].join(' '));
    return done('a\na\n');
  };
  const elsewhere = { ...FOUND, connection: { ...FOUND.connection, address: 'ssh://host' } };
  for (const found of [OLD, elsewhere]) {
    const ask = askEngine(found, { run, probe: asked({}).probe });
    expect(await ask.ids('network')).toEqual(['a']);
    await ask.ids('container', { volume: 'v' });
    await ask.ids('image', { label: 'a=b' });
  }
  expect(lines).toEqual([
    'docker network ls --quiet',
    'docker ps --all --quiet --no-trunc --filter volume=v',
    'docker images --all --quiet --no-trunc --filter label=a=b',
    'docker network ls --quiet --no-trunc',
    'docker ps --all --quiet --no-trunc --filter volume=v',
    'docker images --all --quiet --no-trunc --filter label=a=b',
  ]);
});
