import { Readable, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/core/secret.js';
import { copy, demux, takeFrames } from '../../src/engine/demux.js';
import { diagnose, exited } from '../../src/engine/diagnose.js';
import { engineError } from '../../src/engine/engine-error.js';
import { parseProgress, parseProgressJson, progressError } from '../../src/engine/progress.js';
import { makeRedactor, revealAll } from '../../src/engine/redact.js';

describe('progress of pulls and builds', () => {
  it.each([
    ['3f4a5b6c7d8e: Pulling fs layer', '3f4a5b6c7d8e', 0],
    ['3f4a5b6c7d8e: Download complete', '3f4a5b6c7d8e', 0.5],
    ['3f4a5b6c7d8e: Pull complete', '3f4a5b6c7d8e', 1],
    ['3f4a5b6c7d8e: Already exists', '3f4a5b6c7d8e', 1],
    ['3f4a5b6c7d8e: Retrying in 5 seconds', '3f4a5b6c7d8e', null],
    ['latest: Pulling from library/busybox', '', null],
    ['Status: Downloaded newer image for busybox:latest', '', null],
    ['Copying blob sha256:3f4a5b6c7d8e9f00 done', '3f4a5b6c7d8e', 1],
    ['Copying blob 3f4a5b6c7d8e9f00 skipped: already exists', '3f4a5b6c7d8e', 1],
    ['Copying blob 3f4a5b6c7d8e9f00', '3f4a5b6c7d8e', 0],
    ['Writing manifest to image destination', '', null],
    ['Step 3/4 : RUN make', '', 0.5],
    ['STEP 1/2: FROM base', '', 0],
    ['[2/2] STEP 2/4: COPY . .', '', 0.25],
    ['#7 [2/5] RUN make', '#7', null],
    ['#7 DONE 0.4s', '#7', 1],
    ['#7 CACHED', '#7', 1],
    ['#7 0.201 compiling', '#7', null],
    ['   plain words', '', null],
  ])('%s', (line, id, fraction) => {
    const event = parseProgress(line);
    expect([event.id, event.fraction]).toEqual([id, fraction]);
    expect(line).toContain(event.text);
  });

  it.each([
    [
      '{"status":"Downloading","id":"3f","progressDetail":{"current":5,"total":10}}',
      { id: '3f', text: 'Downloading', fraction: 0.5 },
    ],
    ['{"status":"Pull complete","id":"3f"}', { id: '3f', text: 'Pull complete', fraction: 1 }],
    ['{"stream":"Step 1/2 : FROM x\\n"}', { id: '', text: 'Step 1/2 : FROM x', fraction: null }],
    ['not json', { id: '', text: '', fraction: null }],
  ])('%s', (line, event) => {
    expect(parseProgressJson(line)).toEqual(event);
  });

  it('errors in the stream', () => {
    expect(progressError('{"errorDetail":{"message":"denied"},"error":"x"}')).toBe('denied');
    expect(progressError('{"error":"denied"}')).toBe('denied');
    expect(progressError('{"status":"Pulling"}')).toBeNull();
  });
});

describe('redaction', () => {
  const plan = {
    profile: null,
    mode: null,
    engine: { name: 'docker', version: '1', assumed: false },
    steps: [
      {
        do: 'file',
        action: 'write',
        path: '/run/env',
        mode: 0o600,
        content: new Secret('TOKEN=hunter2\nKEY="long secret"\nA=1\n'),
        always: false,
        why: '',
      },
      {
        do: 'exec',
        argv: ['x'],
        env: { P: new Secret('hunter2-more'), Q: 'plain' },
        output: 'quiet',
        why: '',
        tokens: [],
      },
      {
        do: 'engine',
        method: 'POST',
        path: '/',
        body: { Env: [new Secret('K=zz')], n: null },
        output: 'quiet',
        why: '',
      },
    ],
  } as const;

  it('takes out whole secrets and each value of an env file, longest first', () => {
    const redact = makeRedactor(plan);
    expect(redact('hunter2-more hunter2 "long secret" K=zz plain 1')).toBe(
      '[redacted] [redacted] [redacted] [redacted] plain 1',
    );
  });

  it('revealAll copies, and leaves the plan as it was', () => {
    expect(revealAll(plan.steps[2].body)).toEqual({ Env: ['K=zz'], n: null });
    expect(JSON.stringify(plan)).not.toContain('zz');
  });
});

describe('words of a failed engine', () => {
  it.each([
    [
      'docker: Error response from daemon: Conflict. The container name "/web" is already in use by container "c1".\n\nRun \'docker run --help\' for more information',
      'CANNOT_CREATE',
      'docker: Error response from daemon: Conflict. The container name "/web" is already in use by container "c1".',
    ],
    [
      'docker: Cannot connect to the Docker daemon at unix:///x.sock. Is the docker daemon running?',
      'UNAVAILABLE',
      'docker: Cannot connect to the Docker daemon at unix:///x.sock. Is the docker daemon running?',
    ],
    [
      'Trying to pull localhost/none:1...\nError: initializing source docker://localhost/none:1: dial tcp 127.0.0.1:443: connect: connection refused',
      'UNAVAILABLE',
      'Error: initializing source docker://localhost/none:1: dial tcp 127.0.0.1:443: connect: connection refused',
    ],
    [
      'Error: name "web" is already in use: container already exists',
      'CANNOT_CREATE',
      'Error: name "web" is already in use: container already exists',
    ],
    [
      'Error response from daemon: driver failed: port is already allocated',
      'CANNOT_CREATE',
      'Error response from daemon: driver failed: port is already allocated',
    ],
    ['Error: x: image not known', 'UNAVAILABLE', 'Error: x: image not known'],
    [
      'Error response from daemon: error mounting "/s/podctl/secrets/d5@web@1@KEY" to rootfs at "/k": stat /s/podctl/secrets/d5@web@1@KEY: no such file or directory: unknown\nError: failed to start containers: web',
      'MISSING_INPUT',
      'Error: failed to start containers: web',
    ],
    ['write /x: no space left on device', 'CANNOT_CREATE', 'write /x: no space left on device'],
    ['evil \u001b[2J words', 'CANNOT_CREATE', 'evil \\x1b[2J words'],
    ['', 'CANNOT_CREATE', 'exit code 9'],
  ])('%s', (output, code, reason) => {
    const error = engineError({ argv: ['docker', '--host', 'x', 'run', '--rm', 'web'], exitCode: 9, output });
    expect(error.code).toBe(code);
    expect(error.message.startsWith('`docker run` failed: ')).toBe(true);
    expect(error.message.endsWith(reason)).toBe(true);
    expect(error.hint).toMatch(/\w/);
  });
});

it.each([
  ['Cannot connect to the Docker daemon at unix:///x.sock. Is the docker daemon running?', 'start the engine'],
  [
    'Error response from daemon: Get "http://localhost/v2/": dial tcp 127.0.0.1:80: connect: connection refused',
    'registry',
  ],
])('%s: the hint names who does not answer', (output, hint) => {
  expect(engineError({ argv: ['docker', 'pull', 'x'], exitCode: 1, output }).hint).toContain(hint);
});

it('of an image that is gone the hint names the one that works, whoever failed to pull it', () => {
  const output =
    "Error response from daemon: pull access denied for minio/minio, repository does not exist or may require 'docker login': denied: requested access to the resource is denied";
  const wanted = {
    code: 'UNAVAILABLE',
    hint: '`minio/minio:1` is no longer there for anyone, and no login helps: write `quay.io/minio/minio:1`',
  };
  expect(engineError({ argv: ['docker', 'pull', 'minio/minio:1'], exitCode: 1, output })).toMatchObject(wanted);
  const compose = engineError({ argv: ['docker', 'compose', 'up'], exitCode: 1, output });
  expect(compose.hint).toContain('write `quay.io/minio/minio`');
  const other = engineError({
    argv: ['docker', 'pull', 'team/app'],
    exitCode: 1,
    output: output.replaceAll('minio/minio', 'team/app'),
  });
  expect(other.hint).toContain('podctl login');
});

describe('why a port stays silent', () => {
  it.each([
    ['nobody', [], 'not-listening'],
    ['only on loopback', [at('127.0.0.1', 5000)], 'loopback-only'],
    ['only on IPv6 loopback', [at('::1', 5000)], 'loopback-only'],
    ['on loopback and everywhere', [at('127.0.0.1', 5000), at('::', 5000)], 'no-answer'],
    ['another port', [at('0.0.0.0', 8080), at('::', 8080), at('127.0.0.1', 9)], 'other-port'],
    ["docker's own name server", [at('127.0.0.11', 40_961)], 'not-listening'],
  ])('%s', (_who, sockets, kind) => {
    expect(diagnose(sockets, 5000).kind).toBe(kind);
  });

  it('names the ports that are listened on, each once', () => {
    const diagnosis = diagnose([at('0.0.0.0', 8080), at('::', 8080), at('0.0.0.0', 9)], 5000);
    expect(diagnosis.sentence).toBe(
      'nothing listens on port 5000 inside the container; the program listens on 9, 8080',
    );
  });

  it('an end whose last lines say that the program never started', () => {
    expect(exited(1, ['exec /run.sh: no such file or directory'])).toMatchObject({
      sentence: expect.stringMatching(/^the container ended with exit code 1: `\/run\.sh` is there, but not what/),
      hint: expect.stringContaining('sed -i'),
    });
    expect(exited(1, ['dial tcp 10.0.0.1:5432: connection refused']).hint).toBe('its last lines say why');
  });

  it('an end with and without last lines', () => {
    expect(exited(3, ['no database'])).toMatchObject({ exitCode: 3, hint: 'its last lines say why' });
    expect(exited(null, [])).toMatchObject({ sentence: 'the container ended before its port answered' });
  });
});

describe('output of an attached container', () => {
  it('frames are put together wherever they were cut', async () => {
    const whole = Buffer.concat([frame(1, 'out 1\n'), frame(2, 'err é\n'), frame(1, ''), frame(1, 'out 2\n')]);
    for (const size of [1, 3, 7, 8, 9, whole.length]) {
      const [stdout, stderr] = [sink(), sink(true)];
      const pieces: Buffer[] = [];
      for (let cut = 0; cut < whole.length; cut += size) pieces.push(whole.subarray(cut, cut + size));
      await demux(Readable.from(pieces), { stdout: stdout.stream, stderr: stderr.stream });
      await new Promise((resolve) => stderr.stream.end(resolve));
      expect([stdout.text(), stderr.text()]).toEqual(['out 1\nout 2\n', 'err é\n']);
    }
  });

  it('a piece of a frame waits for the rest', () => {
    const { frames, left } = takeFrames(frame(1, 'abc').subarray(0, 10));
    expect([frames, left.length]).toEqual([[], 10]);
  });

  it('a reader that went away does not stop the container', async () => {
    const gone = sink();
    gone.stream.destroy();
    await copy(Readable.from([Buffer.from('x')]), gone.stream);
    expect(gone.text()).toBe('');
  });
});

function at(address: string, port: number) {
  return { address, port };
}

function frame(stream: number, text: string): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt8(stream, 0);
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

function sink(slow = false) {
  const chunks: string[] = [];
  const stream = new Writable({
    highWaterMark: slow ? 1 : 1024,
    write(chunk, _encoding, next) {
      chunks.push(String(chunk));
      if (slow) setTimeout(next, 1);
      else next();
    },
  });
  return { stream, text: () => chunks.join('') };
}
