// @ts-check
// Provokes failures on the real engines and writes down what they say: `node test/support/record-failures.mjs`, as root, with the engines up.
import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { poll, tryRun } from '../setup/command.mjs';
import { findCompose } from '../setup/compose.mjs';

import { unpackNext } from '../setup/next-release.mjs';
import { readState } from '../setup/state.mjs';
import { COMPOSE_CASES, ENGINE_CASES, SUBNET } from './failure-cases.mjs';
import { startStandIns } from './failure-registry.mjs';

/** @typedef {{ id: string, engine: string, command: string[], exitCode: number, output: string }} Recorded */

const LABEL = 'podctl-failures';
const BRIDGE = 'podctl-fail0';
const OUT = fileURLToPath(new URL('../engine/failures/recorded.json', import.meta.url));
const { facts } = readState();
if (!facts?.docker || !facts.podman || !facts.rootless) throw new Error('the engines are not up');
const { rootless } = facts;
const engineEnv = { ...facts.docker.env, ...facts.podman.env };
const wanted = process.argv.slice(2);
const begun = Date.now();
/** @type {Recorded[]} */
const recorded =
  wanted.length === 0
    ? []
    : JSON.parse(readFileSync(OUT, 'utf8')).filter((/** @type {Recorded} */ { id }) => !wanted.includes(id));

const dir = mkdtempSync('/tmp/podctl-failures-');
chmodSync(dir, 0o755);
/** @type {(() => unknown)[]} */
const undo = [() => rmSync(dir, { recursive: true, force: true })];
try {
  const place = await makePlace();
  for (const one of ENGINE_CASES) {
    if (wanted.length > 0 && !wanted.includes(one.id)) continue;
    for (const program of one.on ?? ['docker', 'podman']) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other, on engines that others use too
      keep(await record(one, place, program));
    }
  }
  for (const one of COMPOSE_CASES) {
    if (wanted.length > 0 && !wanted.includes(one.id)) continue;
    // oxlint-disable-next-line no-await-in-loop -- as above
    for (const words of await recordCompose(one)) keep(words);
  }
} finally {
  for (const step of undo.toReversed()) await step();
}

// What was recorded before stays where only some are asked for.
/** @param {Recorded} one */
function keep(one) {
  const seconds = ((Date.now() - begun) / 1000).toFixed(0);
  console.error(`${seconds} s: ${one.id} on ${one.engine}: ${one.exitCode === 0 ? 'NO FAILURE' : one.exitCode}`);
  if (one.exitCode !== 0) recorded.push(one);
  writeFileSync(OUT, `${JSON.stringify(recorded, null, 2)}\n`);
}

async function makePlace() {
  const registry = await startStandIns(dir);
  undo.push(registry.close);
  writeFiles(registry);
  await privateDocker();
  const image = 'localhost/podctl-test/failures:1';
  const bare = 'localhost/podctl-test/failures-bare:1';
  const context = join(dir, 'image');
  for (const program of ['docker', 'podman']) {
    for (const [name, file] of [
      [image, 'Containerfile'],
      [bare, 'Bare'],
    ]) {
      await must([
        program,
        'build',
        ...(program === 'podman' ? ['--pull=never'] : []),
        '-t',
        name ?? '',
        '-f',
        join(context, file ?? ''),
        context,
      ]);
      undo.push(() => tryRun([program, 'rmi', '-f', name ?? ''], { env: engineEnv }));
    }
    for (const [kind, words] of [
      ['up', ['run', '-d', '-v', `${LABEL}:/data`, '--network', LABEL, '-p', '127.0.0.1::80', image, 'sleep', '600']],
      ['bare', ['run', '-d', bare, '/bin/sleep', '600']],
      ['made', ['create', image, 'true']],
    ]) {
      if (kind === 'up') {
        await must([program, 'network', 'create', '--label', LABEL, '--subnet', SUBNET[program] ?? '', LABEL]);
        undo.push(() => tryRun([program, 'network', 'rm', LABEL], { env: engineEnv }));
        undo.push(() => tryRun([program, 'volume', 'rm', LABEL], { env: engineEnv }));
      }
      const [verb = '', ...rest] = words ?? [];
      undo.push(() => tryRun([program, 'rm', '-f', `${LABEL}-${String(kind)}`], { env: engineEnv }));
      await must([program, verb, '--name', `${LABEL}-${String(kind)}`, '--label', LABEL, ...rest]);
    }
    if (program === 'podman') {
      undo.push(() => tryRun(['podman', 'rm', '-f', `${LABEL}-dep`, `${LABEL}-base`], { env: engineEnv }));
      await must(['podman', 'create', '--name', `${LABEL}-base`, image, 'true']);
      await must(['podman', 'create', '--name', `${LABEL}-dep`, '--requires', `${LABEL}-base`, image, 'true']);
    }
  }
  const saved = join(dir, 'image.tar');
  await must(['docker', 'save', '-o', saved, image]);
  chmodSync(saved, 0o644);
  await tryRun(['podman', 'load', '-i', saved], asRootless());
  undo.push(() => tryRun(['podman', 'rmi', '-f', image], asRootless()));
  const busy = createServer();
  await new Promise((resolve) => busy.listen(0, '127.0.0.1', () => resolve(undefined)));
  undo.push(() => void busy.close());
  const at = busy.address();
  return { dir, image, bare, port: '', busy: String(at === null || typeof at === 'string' ? 0 : at.port), registry };
}

/** @param {import('./failure-registry.mjs').StandIns} registry */
function writeFiles(registry) {
  const context = join(dir, 'image');
  const build = join(dir, 'build');
  for (const folder of [
    context,
    build,
    join(dir, 'closed/in'),
    join(dir, 'helper'),
    join(dir, 'disk'),
    join(dir, 'docker/cli-plugins'),
  ]) {
    mkdirSync(folder, { recursive: true });
  }
  chmodSync(join(dir, 'closed'), 0o700);
  const buildx = unpackNext('docker-buildx', 'usr/libexec/docker/cli-plugins/docker-buildx');
  if (buildx !== null) symlinkSync(buildx, join(dir, 'docker/cli-plugins/docker-buildx'));
  const crlf = '#!/bin/sh\r\necho hello\r\n';
  for (const at of [context, dir]) writeFileSync(join(at, 'crlf.sh'), crlf, { mode: 0o755 });
  writeFileSync(join(context, 'plain.sh'), '#!/bin/sh\necho hello\n', { mode: 0o644 });
  // An ELF header of another machine, and nothing else.
  const elf = Buffer.alloc(64);
  elf.write('\x7fELF\x02\x01\x01', 'latin1');
  elf.writeUInt16LE(2, 16);
  elf.writeUInt16LE(22, 18);
  writeFileSync(join(context, 'foreign'), elf, { mode: 0o755 });
  writeFileSync(
    join(context, 'Containerfile'),
    'FROM localhost/podctl-test/busybox:1\nCOPY crlf.sh plain.sh foreign /\n',
  );
  writeFileSync(
    join(context, 'Bare'),
    'FROM localhost/podctl-test/busybox:1 AS all\nFROM scratch\nCOPY --from=all /bin/busybox /bin/sleep\n',
  );
  const base = 'FROM localhost/podctl-test/busybox:1\n';
  writeFileSync(join(dir, 'hosts'), '127.0.0.1 localhost\n::1 registry.test\n');
  const files = {
    step: `${base}RUN exit 3\n`,
    program: `${base}RUN nosuch-program --now\n`,
    foreign: 'FROM localhost/podctl-test/failures:1\nRUN ["/foreign"]\n',
    shell: 'FROM scratch\nCOPY kept /\nRUN true\n',
    copy: `${base}COPY nosuch /\n`,
    ignored: `${base}COPY secret.txt /\n`,
    wrong: `${base}CPOY a /\n`,
    frontend: `# syntax=docker/dockerfile:1\n${base}`,
    kept: 'x',
    'secret.txt': 'x',
    '.dockerignore': 'secret.txt\n',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(build, name), text);
  writeFileSync(
    join(dir, 'helper/config.json'),
    JSON.stringify({ credsStore: 'nosuch', credHelpers: { [registry.plain]: 'nosuch' } }),
  );
}

// An engine of its own, on a disk of 60 MB and with addresses for two networks.
async function privateDocker() {
  await must(['mount', '-t', 'tmpfs', '-o', 'size=60m', 'tmpfs', join(dir, 'disk')]);
  undo.push(() => tryRun(['umount', '-l', join(dir, 'disk')]));
  // With none, dockerd would remove the bridge of the machine's own one.
  await must(['ip', 'link', 'add', BRIDGE, 'type', 'bridge']);
  undo.push(() => tryRun(['ip', 'link', 'del', BRIDGE]));
  await must(['ip', 'addr', 'add', '10.251.79.1/24', 'dev', BRIDGE]);
  await must(['ip', 'link', 'set', BRIDGE, 'up']);
}

/** @param {Record<string, string>} env */
async function withPrivateDocker(env, /** @type {() => Promise<Recorded>} */ work) {
  const own = join(dir, 'disk/docker');
  const flags = [
    '--data-root',
    own,
    '--exec-root',
    join(dir, 'x'),
    '--pidfile',
    join(dir, 'd.pid'),
    '--host',
    `unix://${dir}/d.sock`,
  ];
  const net = [
    '--bridge',
    BRIDGE,
    '--iptables=false',
    '--ip-forward=false',
    '--default-address-pool',
    'base=10.251.78.0/24,size=25',
  ];
  // In a mount namespace of its own, where one more name stands for this machine.
  const script = 'mount --bind "$1" /etc/hosts && shift && exec "$@"';
  const inside = ['--mount', 'sh', '-c', script, 'sh', join(dir, 'hosts'), 'dockerd'];
  const child = spawn('unshare', [...inside, ...flags, ...net], { stdio: 'ignore', env: { ...process.env, ...env } });
  try {
    const up = async () =>
      (await tryRun(['docker', '--host', `unix://${dir}/d.sock`, 'version'])).code === 0 ? true : undefined;
    if ((await poll(up, { within: 30_000 })) === undefined) throw new Error('dockerd does not start');
    await tryRun(['docker', '--host', `unix://${dir}/d.sock`, 'network', 'create', 'first']);
    await tryRun(['docker', '--host', `unix://${dir}/d.sock`, 'network', 'create', 'second']);
    return await work();
  } finally {
    const ended = new Promise((resolve) => child.on('exit', resolve));
    child.kill('SIGTERM');
    await ended;
    rmSync(own, { recursive: true, force: true });
  }
}

/**
 * @param {import('./failure-cases.mjs').Case} one
 * @param {import('./failure-cases.mjs').Place} place
 * @param {'docker' | 'podman'} program
 * @returns {Promise<Recorded>}
 */
async function record(one, place, program) {
  const port = await portOf(program);
  const at = { ...place, port };
  const env = one.env?.(at) ?? {};
  if (one.id === 'disk-full') await bigImage();
  const words = [...one.argv(at, program)];
  const input = one.input === undefined ? {} : { input: one.input };
  if (one.where === 'private' && program === 'docker') {
    const line = ['docker', '--host', `unix://${dir}/d.sock`, ...words];
    return withPrivateDocker(env, async () =>
      said(one, line, await tryRun(line, { ...input, timeout: 30_000, env: { ...engineEnv, ...env } })),
    );
  }
  const own =
    one.where === 'private' && !words.includes('--root') ? ['--root', `${dir}/disk/p`, '--runroot', `${dir}/run`] : [];
  const line = [program, ...own, ...words];
  const options = one.where === undefined || one.where === 'private' ? { env: { ...engineEnv, ...env } } : asUser();
  return said(one, line, await tryRun(line, { timeout: 30_000, ...input, ...options }));
}

function asRootless() {
  const { uid, gid, home, env } = rootless;
  return { uid, gid, cwd: home, onlyEnv: env };
}

function asUser() {
  const options = asRootless();
  return { ...options, onlyEnv: { ...options.onlyEnv, ...facts?.docker?.env } };
}

async function bigImage() {
  if (existsSync(join(dir, 'big.tar'))) return;
  const context = join(dir, 'bigimage');
  mkdirSync(context, { recursive: true });
  writeFileSync(join(context, 'big'), Buffer.alloc(90_000_000, 'x'));
  writeFileSync(join(context, 'Containerfile'), 'FROM scratch\nCOPY big /\n');
  await must(['podman', 'build', '-t', 'localhost/podctl-test/failures-big:1', context]);
  await must(['podman', 'save', '-o', join(dir, 'big.tar'), 'localhost/podctl-test/failures-big:1']);
  await must(['podman', 'rmi', '-f', 'localhost/podctl-test/failures-big:1']);
}

/** @param {string} program */
async function portOf(program) {
  const { stdout } = await tryRun([program, 'port', `${LABEL}-up`, '80'], { env: engineEnv });
  return /:(\d+)/.exec(stdout)?.[1] ?? '1';
}

/**
 * @param {{ id: string }} one
 * @param {string[]} line
 * @param {import('../setup/command.mjs').CommandResult} result
 * @returns {Recorded}
 */
function said({ id }, line, { code, stdout, stderr }) {
  const version = line[0] === 'docker' ? facts?.docker?.version : facts?.podman?.version;
  return {
    id,
    engine: `${line[0]} ${version}`,
    command: line.map(clean),
    exitCode: code,
    // Of builds podctl reads both.
    output: clean(line.includes('build') ? `${stdout}${stderr}` : stderr.trim() === '' ? stdout : stderr),
  };
}

/** @param {string} text */
function clean(text) {
  return text
    .replaceAll(dir, '/tmp/podctl-failures')
    .replaceAll(/[0-9a-f]{64}/g, 'f'.repeat(64))
    .trimEnd();
}

/** @param {import('./failure-cases.mjs').ComposeCase} one */
async function recordCompose(one) {
  const folder = mkdtempSync(join(dir, 'stack-'));
  if (one.file !== '') writeFileSync(join(folder, 'docker-compose.yml'), one.file);
  const compose = findCompose();
  /** @type {[string, string[], Record<string, string>][]} */
  const providers = [
    ['docker-compose 1.29.2', ['docker-compose'], {}],
    ['podman-compose 1.0.3', ['podman-compose'], {}],
    ...(compose === null
      ? []
      : [/** @type {[string, string[], Record<string, string>]} */ (['docker compose 2.26.1', [compose], {}])]),
  ];
  const found = [];
  for (const [name, program, env] of providers) {
    const options = { cwd: folder, env: { ...engineEnv, ...env }, timeout: 25_000 };
    // oxlint-disable-next-line no-await-in-loop -- one provider after the other in one folder
    const result = await tryRun([...program, ...one.argv], options);
    // oxlint-disable-next-line no-await-in-loop -- as above
    await tryRun([...program, 'down', '-t', '0'], options);
    const output = clean(result.stderr.trim() === '' ? result.stdout : result.stderr)
      .replaceAll(folder.replace(dir, '/tmp/podctl-failures'), '/srv/shop')
      .replaceAll(/stack-\w{6}/g, 'shop')
      .replaceAll(/stack-?\w{6}/gi, 'shop');
    found.push({
      id: one.id,
      engine: name,
      command: [...name.split(' ').slice(0, -1), ...one.argv],
      exitCode: result.code,
      output,
    });
  }
  return found;
}

/** @param {string[]} argv */
async function must(argv) {
  const { code, stdout, stderr } = await tryRun(argv, { env: engineEnv });
  if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}: ${stdout}${stderr}`);
  return stdout;
}
