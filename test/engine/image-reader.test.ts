import { expect, test } from 'vitest';
import { tagFrom } from '../../src/core/image-ref.js';
import { makeBuilder } from '../../src/engine/builder.js';
import { describeCommit } from '../../src/engine/git.js';
import { instructionOf } from '../../src/engine/image-reader.js';
import type { Captured, Command } from '../../src/engine/process.js';
import { DOCKER, HOST } from '../support/samples.js';

test.each([
  ['/bin/sh -c #(nop)  ENV A=b', 'ENV A=b'],
  ['/bin/sh -c #(nop) COPY file:1 in /a ', 'COPY file:1 in /a'],
  ['/bin/sh -c make all', 'RUN make all'],
  ['RUN /bin/sh -c make all # buildkit', 'RUN make all'],
  ['|2 TOKEN=s3cret V=1 /bin/sh -c make', 'RUN make'],
  ['RUN |1 TOKEN=s3 cret /bin/bash -c make # buildkit', 'RUN make'],
  ['|2 TOKEN=s3cret V=1 /bin/sh -e -c make all', 'RUN make all'],
  ['|1 TOKEN=s3cret /bin/bash -o pipefail -c make | tee log', 'RUN make | tee log'],
  ['|1 TOKEN=s3cret /bin/busybox sh -eu -o pipefail -c make', 'RUN make'],
  ['RUN |1 TOKEN=s3cret /usr/bin/env bash -lc make # buildkit', 'RUN make'],
  // Nothing tells where a value ends: what may be one is left out.
  ['|1 TOKEN=s3cret /bin/busybox dd if=/a', 'RUN …'],
  ['RUN |1 TOKEN=s3cret python -m build # buildkit', 'RUN …'],
  ['|1 TOKEN=a /bin/sh -c s3cret /bin/sh -c make', 'RUN … make'],
  ['COPY /a /b # buildkit', 'COPY /a /b'],
  ['/bin/busybox --install', 'RUN /bin/busybox --install'],
  ['', ''],
])('%j was made by %j', (createdBy, instruction) => {
  expect(instructionOf(createdBy)).toBe(instruction);
});

test.each([
  ['v1.2-3-gabc1234-dirty', 'v1.2-3-gabc1234-dirty'],
  ['release/1.0+build', 'release-1.0-build'],
  ['-.x', 'x'],
  ['x'.repeat(200), 'x'.repeat(128)],
  ['///', undefined],
])('a tag from %j', (text, tag) => {
  expect(tagFrom(text)).toBe(tag);
});

function ended(exitCode: number, stdout = ''): Captured {
  return { exitCode, signal: null, timedOut: false, stdout, stderr: '' };
}

test('git is asked for the commit, and nothing comes of a failure', async () => {
  const calls: Command[] = [];
  const run = (command: Command, answer: Captured): Promise<Captured> => {
    calls.push(command);
    return Promise.resolve(answer);
  };
  expect(await describeCommit('/p', { host: HOST, run: (command) => run(command, ended(0, 'v1.0\n')) })).toBe('v1.0');
  expect(calls[0]).toMatchObject({ file: 'git', args: ['-C', '/p', 'describe', '--tags', '--always', '--dirty'] });
  expect(await describeCommit('/p', { host: HOST, run: (command) => run(command, ended(128)) })).toBeUndefined();
  expect(await describeCommit('/p', { host: HOST, run: () => Promise.reject(new Error('no git')) })).toBeUndefined();
});

test('a repository that git refuses to read is told with the mend', async () => {
  const stderr = "fatal: detected dubious ownership in repository at '/srv/the app'\nTo add an exception …\n";
  const answer = { ...ended(128), stderr };
  const asked = describeCommit('/srv/the app/sub', { host: HOST, run: () => Promise.resolve(answer) });
  await expect(asked).rejects.toMatchObject({
    code: 'BAD_DATA',
    message: 'git does not read the repository `/srv/the app`: it belongs to another user',
    hint: "if you trust it: git config --global --add safe.directory '/srv/the app'",
  });
});

test.each([
  [0, '[["driver-type","io.containerd.snapshotter.v1"]]', {}, { buildkit: true, containerd: true }],
  [0, '[["Backing Filesystem","extfs"]]', {}, { buildkit: true, containerd: false }],
  [0, 'null', { DOCKER_BUILDKIT: '0' }, { buildkit: false, containerd: false }],
  [1, '', {}, { buildkit: false, containerd: false }],
])('docker with buildx %i, driver %j, environment %j', async (code, status, env, facts) => {
  const run = ({ args }: Command): Promise<Captured> =>
    Promise.resolve(args.includes('buildx') ? ended(code) : ended(0, status));
  const found = { facts: DOCKER, connection: { program: 'docker', address: null, globals: ['-H', 'x'], foundBy: '' } };
  expect(await makeBuilder(found, { host: { ...HOST, env }, run }).facts()).toEqual(facts);
});
