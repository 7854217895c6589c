import { describe, expect, it } from 'vitest';
import { askEngine } from '../../../src/engine/clean/prune-ask.js';
import type { FoundEngine } from '../../../src/engine/engine.js';
import type { Probe } from '../../../src/engine/probe.js';
import type { Processes } from '../../../src/engine/process.js';
import { DOCKER_FACTS, done, FOUND, reply } from '../fakes.js';

const PODMAN: FoundEngine = { ...FOUND, facts: { ...DOCKER_FACTS, name: 'podman' } };
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
    const { probe, paths } = asked({ '/containers/c/json?size=1': { Id: 'c' }, '/volumes/v': { Name: 'v' } });
    const ask = askEngine(FOUND, { run: noProgram, probe });
    expect(await ask.inspect('container', ['c', 'gone'], { size: true })).toEqual([{ Id: 'c' }]);
    expect(await ask.inspect('volume', ['v'])).toEqual([{ Name: 'v' }]);
    expect(paths).toEqual(['/containers/c/json?size=1', '/containers/gone/json?size=1', '/volumes/v']);
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

it('podman, and docker elsewhere, are asked by their program', async () => {
  const lines: string[] = [];
  const run: Processes['run'] = async ({ file, args }) => {
    lines.push([file, ...args].join(' '));
    return done('a\na\n');
  };
  const elsewhere = { ...FOUND, connection: { ...FOUND.connection, address: 'ssh://host' } };
  for (const found of [PODMAN, elsewhere]) {
    const ask = askEngine(found, { run, probe: asked({}).probe });
    expect(await ask.ids('network')).toEqual(['a']);
    await ask.ids('container', { volume: 'v' });
  }
  expect(lines).toEqual([
    'docker network ls --quiet',
    'docker ps --all --quiet --no-trunc --filter volume=v',
    'docker network ls --quiet --no-trunc',
    'docker ps --all --quiet --no-trunc --filter volume=v',
  ]);
});
