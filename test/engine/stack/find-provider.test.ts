import { describe, expect, it } from 'vitest';
import { PodctlError } from '../../../src/core/errors.js';
import type { Captured, Command } from '../../../src/engine/process.js';
import { findProvider, type ProviderRequest } from '../../../src/engine/stack/find-provider.js';
import { silentFailure } from '../../../src/engine/stack/podman-compose-words.js';
import { DOCKER, DOCKER_FACTS, disk, HOST, PODMAN } from '../fakes.js';

const docker = { facts: DOCKER_FACTS, connection: DOCKER };
const podman = { facts: { ...DOCKER_FACTS, name: 'podman' as const, version: '4.3.1' }, connection: PODMAN };
const nerdctl = { facts: { ...DOCKER_FACTS, name: 'nerdctl' as const }, connection: { ...PODMAN, program: 'nerdctl' } };

const V1_WORDS = '1.29.2';
const V2_WORDS = '2.26.1-4';
const PODMAN_COMPOSE_WORDS = `['podman', '--version', '']
using podman version: 4.3.1
podman-composer version  1.0.3
podman --version
podman version 4.3.1
exit code: 0`;

/** Programs by what they are started with; whatever is not here is not installed. */
function machine(programs: Readonly<Record<string, string>>) {
  const asked: Command[] = [];
  const run = async (command: Command): Promise<Captured> => {
    asked.push(command);
    const said = programs[[command.file, ...command.args].join(' ')];
    if (said === undefined) throw new PodctlError('UNAVAILABLE', `\`${command.file}\` was not found`);
    if (said.startsWith('!')) return { exitCode: 1, signal: null, timedOut: false, stdout: '', stderr: said.slice(1) };
    return { exitCode: 0, signal: null, timedOut: false, stdout: said, stderr: '' };
  };
  const find = (request: Partial<ProviderRequest>) =>
    findProvider({ found: docker, host: HOST, files: disk(), wanted: null, remembered: null, run, ...request });
  return { find, asked };
}

const BOTH = { 'docker compose version --short': V2_WORDS, 'docker-compose version --short': V1_WORDS };

describe('findProvider', () => {
  it('takes compose v2 before v1', async () => {
    const { find, asked } = machine(BOTH);
    expect(await find({})).toEqual({
      name: 'compose-v2',
      kind: 'compose-v2',
      version: '2.26.1',
      words: ['docker', 'compose'],
      env: {},
      foundBy: 'docker compose',
    });
    expect(asked).toHaveLength(1);
  });

  it('takes v1 where there is no v2, also under the same name', async () => {
    const { find } = machine({ ...BOTH, ...NO_PLUGIN });
    expect(await find({})).toMatchObject({ name: 'compose-v1', version: '1.29.2', words: ['docker-compose'] });
  });

  it('does not start a version 1 in Python to learn that it is not version 2', async () => {
    const files = disk({ '/usr/bin': null });
    await files.writeText('/usr/bin/docker-compose', '#!/usr/bin/python3\nimport re\n', 0o755);
    const { find, asked } = machine({ 'podman-compose version': PODMAN_COMPOSE_WORDS });
    const host = { ...HOST, env: { ...HOST.env, PATH: '/usr/bin' } };
    expect(await find({ found: podman, host, files })).toMatchObject({ name: 'podman-compose' });
    expect(asked.map(({ file }) => file)).toEqual(['docker', 'podman', 'podman-compose']);
    const wanted = { name: 'compose-v2', by: '--provider' } as const;
    await expect(find({ host, files, wanted })).rejects.toMatchObject({
      problems: [expect.anything(), { message: 'docker-compose: it is in Python, as only version 1 is' }],
    });
  });

  it('takes a docker-compose that is version 2 as what it is', async () => {
    const { find } = machine({ 'docker-compose version --short': V2_WORDS });
    expect(await find({})).toMatchObject({ name: 'compose-v2', words: ['docker-compose'] });
  });

  it('takes a plugin alone, where no docker program is', async () => {
    const path = '/usr/libexec/docker/cli-plugins/docker-compose';
    const { find } = machine({ [`${path} version --short`]: V2_WORDS });
    expect(await find({ found: podman, files: disk({ [path]: '' }) })).toMatchObject({
      name: 'compose-v2',
      words: [path],
    });
  });

  it('points compose v2 at podman’s own socket, without the newer builder', async () => {
    const { find, asked } = machine({ ...BOTH, 'podman-compose version': PODMAN_COMPOSE_WORDS });
    const provider = await find({ found: podman });
    expect(provider).toMatchObject({ name: 'compose-v2', env: { DOCKER_BUILDKIT: '0' } });
    expect(provider.env['DOCKER_HOST']).toMatch(/^unix:\/\/.*podman.*\.sock$/);
    expect(asked[0]?.env).toEqual(provider.env);
  });

  // Words of podman 5.4.2, which writes the first line to stderr.
  it.each([
    ['Docker Compose version 2.26.1-4', { kind: 'compose-v2', version: '2.26.1' }],
    [
      'docker-compose version 1.29.2, build unknown\ndocker-py version: 5.0.3\nCPython version: 3.11.2\nOpenSSL version: OpenSSL 3.0.19 27 Jan 2026',
      { kind: 'compose-v1', version: '1.29.2' },
    ],
    [
      "['podman', '--version', '']\nusing podman version: 5.4.2\npodman-composer version  1.0.3\npodman --version \npodman version 5.4.2\nexit code: 0",
      { kind: 'podman-compose', version: '1.0.3' },
    ],
  ])('takes podman’s wrapper next, and knows what is behind it: %s', async (words, known) => {
    const line =
      '>>>> Executing external compose provider "/usr/bin/docker-compose". Please see podman-compose(1) for how to disable this message. <<<<';
    const { find } = machine({ 'podman compose version': `${line}\n${words}` });
    const provider = await find({ found: podman });
    expect(provider).toMatchObject({ name: 'podman compose', words: ['podman', 'compose'], ...known });
    const socket = known.kind === 'podman-compose' ? [] : ['DOCKER_HOST', 'DOCKER_BUILDKIT'];
    expect(Object.keys(provider.env)).toEqual([...socket, 'PODMAN_COMPOSE_WARNING_LOGS']);
  });

  it('takes podman-compose last', async () => {
    const { find } = machine({ 'podman-compose version': PODMAN_COMPOSE_WORDS });
    expect(await find({ found: podman })).toMatchObject({ name: 'podman-compose', version: '1.0.3', env: {} });
  });

  it('asks nerdctl for its own', async () => {
    const { find } = machine({ 'nerdctl compose version': 'nerdctl Compose version v1.7.6' });
    expect(await find({ found: nerdctl })).toMatchObject({ name: 'nerdctl compose', version: '1.7.6' });
  });

  it('never leaves the remembered one by itself', async () => {
    const { find } = machine({ 'docker compose version --short': V2_WORDS });
    await expect(find({ remembered: 'compose-v1' })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'the compose provider compose-v1, remembered for this project, did not answer',
      hint: 'podctl never switches by itself: repair it, or choose another one with --provider',
      problems: [{ message: 'docker-compose: `docker-compose` was not found' }],
    });
  });

  it('tells all that was tried', async () => {
    const { find } = machine({ 'docker compose version --short': '!not a docker command' });
    await expect(find({})).rejects.toMatchObject({
      message: 'nothing that runs compose files with docker answered',
      problems: [
        { message: 'docker compose: not a docker command' },
        { message: 'docker-compose: `docker-compose` was not found' },
        { message: 'docker-compose: `docker-compose` was not found' },
      ],
    });
  });

  it('refuses what does not go with the engine', async () => {
    const wanted = { name: 'podman-compose', by: '--provider' } as const;
    await expect(machine({}).find({ wanted })).rejects.toMatchObject({
      message: '`podman-compose` does not work with docker',
    });
  });
});

const NO_PLUGIN = { 'docker compose version --short': "!docker: 'compose' is not a docker command." };

describe('silentFailure', () => {
  it.each([
    ['podman run --name a b\nexit code: 0\n', null],
    ['podman run --name a b\nexit code: 125\npodman start a\nexit code: 0\n', null],
    ['podman run --name a b\nexit code: 126\npodman start a\nexit code: 125\n', 'podman start a'],
    ['podman build -t a .\nexit code: 1\n', 'podman build -t a .'],
    ['podman stop -t 10 a\nexit code: 125\npodman rm a\nexit code: 1\n', null],
    ['', null],
  ])('%j', (said, failed) => {
    expect(silentFailure(said)).toBe(failed);
  });
});
