// @ts-check
// What goes wrong on purpose, on which engine. `record-failures.mjs` runs these and writes down what the engines say.

/**
 * @typedef {'docker' | 'podman'} Program
 * @typedef {object} Place what a case may use
 * @property {string} dir a folder of its own
 * @property {string} image a small image with a shell
 * @property {string} bare the same image without any program but `/app`
 * @property {string} port a port that a container holds
 * @property {string} busy a port that this process holds
 * @property {import('./failure-registry.mjs').StandIns} registry
 * @typedef {object} Case
 * @property {string} id the failure that this is
 * @property {Program[]} [on] both unless told
 * @property {(place: Place, program: Program) => readonly string[]} argv words after the program
 * @property {(place: Place) => Record<string, string>} [env]
 * @property {'private' | 'rootless'} [where] on an engine of its own on a small disk; as a user without rights
 * @property {string} [input]
 */

/** A subnet that the recorder's own network has. @type {Readonly<Record<string, string>>} */
export const SUBNET = { docker: '10.251.77.0/24', podman: '10.251.76.0/24' };

const ALL = 'podctl-failures';
const run = (/** @type {string[]} */ ...words) => ['run', '--rm', '--label', ALL, ...words];
const pull = (/** @type {'plain' | 'locked' | 'plainOther' | 'secure'} */ way, /** @type {string} */ name) => ({
  argv: (/** @type {Place} */ { registry }, /** @type {Program} */ program) => [
    'pull',
    ...(program === 'podman' && (way === 'plain' || way === 'locked') ? ['--tls-verify=false'] : []),
    `${registry[way]}/${name}:1`,
  ],
});

const login = (/** @type {string} */ registry, /** @type {Program} */ program) => [
  'login',
  ...(program === 'podman' ? ['--tls-verify=false'] : []),
  '--username',
  'ann',
  '--password-stdin',
  registry,
];

/** @type {readonly Case[]} */
export const ENGINE_CASES = [
  { id: 'engine-down', on: ['docker'], argv: ({ dir }) => ['--host', `unix://${dir}/none.sock`, 'ps'] },
  { id: 'engine-down', on: ['podman'], argv: ({ dir }) => ['--url', `unix://${dir}/none.sock`, 'ps'] },
  { id: 'socket-permission', on: ['docker'], where: 'rootless', argv: () => ['ps'] },
  {
    id: 'socket-permission',
    on: ['podman'],
    where: 'rootless',
    argv: () => ['--url', 'unix:///run/podman/podman.sock', 'ps'],
  },
  {
    id: 'storage-driver',
    on: ['podman'],
    where: 'private',
    argv: ({ dir }) => ['--root', `${dir}/disk/p2`, '--runroot', `${dir}/run2`, '--storage-driver', 'nosuch', 'info'],
  },
  { id: 'disk-full', where: 'private', argv: ({ dir }) => ['load', '--input', `${dir}/big.tar`] },

  { id: 'memory-limit', on: ['docker'], argv: ({ image }) => run('--memory', '2m', image, 'true') },
  { id: 'memory-limit', on: ['podman'], argv: ({ image }) => run('--memory', '128k', image, 'true') },

  { id: 'port-taken', argv: ({ image, port }) => run('-p', `127.0.0.1:${port}:80`, image, 'true') },
  { id: 'port-taken', argv: ({ image, busy }) => run('-p', `127.0.0.1:${busy}:80`, image, 'true') },
  { id: 'port-address', argv: ({ image }) => run('-p', '127.77.0.300:18080:80', image, 'true') },
  { id: 'port-address', argv: ({ image }) => run('-p', '192.0.2.7:18080:80', image, 'true') },
  { id: 'port-privileged', on: ['podman'], where: 'rootless', argv: ({ image }) => run('-p', '80:80', image, 'true') },

  { id: 'exec-format', argv: ({ image }) => run(image, '/foreign') },
  { id: 'program-missing', argv: ({ image }) => run(image, 'nosuch') },
  { id: 'program-missing', argv: ({ image }) => run(image, '/nosuch') },
  { id: 'program-missing', argv: () => ['exec', `${ALL}-up`, 'nosuch'] },
  { id: 'no-shell', argv: ({ bare }) => run('--entrypoint', 'sh', bare, '-c', 'true') },
  { id: 'no-shell', argv: ({ bare }) => run('--entrypoint', '/bin/bash', bare) },
  { id: 'no-shell', argv: () => ['exec', `${ALL}-bare`, 'sh'] },
  { id: 'no-shell', argv: () => ['exec', `${ALL}-bare`, '/bin/bash', '-l'] },
  { id: 'script-interpreter', argv: ({ image }) => run(image, '/crlf.sh') },
  { id: 'script-interpreter', argv: ({ image, dir }) => run('-v', `${dir}/crlf.sh:/run.sh:ro`, image, '/run.sh') },
  { id: 'script-interpreter', argv: () => ['exec', `${ALL}-up`, '/crlf.sh'] },
  { id: 'not-executable', argv: ({ image }) => run(image, '/plain.sh') },
  { id: 'not-executable', argv: ({ image }) => run(image, '/etc') },
  { id: 'not-executable', argv: () => ['exec', `${ALL}-up`, '/plain.sh'] },
  { id: 'workdir-missing', argv: () => ['exec', '--workdir', '/nosuch', `${ALL}-up`, 'true'] },
  { id: 'workdir-missing', on: ['podman'], argv: ({ image }) => run('--workdir', '/nosuch', image, 'true') },
  { id: 'workdir-file', argv: ({ image }) => run('--workdir', '/crlf.sh', image, 'true') },
  { id: 'user-unknown', argv: ({ image }) => run('--user', 'nosuch', image, 'true') },
  { id: 'user-unknown', argv: () => ['exec', '--user', 'nosuch', `${ALL}-up`, 'true'] },

  {
    id: 'mount-source',
    argv: ({ image, dir }) => run('--mount', `type=bind,source=${dir}/none,target=/x`, image, 'true'),
  },
  { id: 'mount-source', on: ['podman'], argv: ({ image, dir }) => run('-v', `${dir}/none:/x`, image, 'true') },
  { id: 'file-and-folder', argv: ({ image, dir }) => run('-v', `${dir}:/crlf.sh`, image, 'true') },
  { id: 'file-and-folder', argv: ({ image, dir }) => run('-v', `${dir}/crlf.sh:/bin`, image, 'true') },
  {
    id: 'mount-permission',
    on: ['podman'],
    where: 'rootless',
    argv: ({ image, dir }) => run('-v', `${dir}/closed/in:/x`, image, 'true'),
  },
  {
    id: 'read-only',
    argv: ({ image, dir }) => run('-v', `${dir}:/data:ro`, '-v', `${dir}/disk:/data/new`, image, 'true'),
  },
  { id: 'mount-twice', argv: ({ image, dir }) => run('-v', `${dir}:/x`, '-v', `${dir}/disk:/x`, image, 'true') },

  { id: 'name-taken', argv: ({ image }) => ['create', '--name', `${ALL}-up`, '--label', ALL, image] },
  { id: 'network-missing', argv: ({ image }) => run('--network', 'podctl-nosuch', image, 'true') },
  { id: 'network-missing', argv: () => ['network', 'rm', 'podctl-nosuch'] },
  { id: 'network-in-use', argv: () => ['network', 'rm', ALL] },
  { id: 'network-exists', argv: () => ['network', 'create', ALL] },
  { id: 'subnet-overlap', argv: (_, program) => ['network', 'create', '--subnet', SUBNET[program] ?? '', `${ALL}-2`] },
  { id: 'addresses-exhausted', where: 'private', on: ['docker'], argv: () => ['network', 'create', 'third'] },
  { id: 'volume-in-use', argv: () => ['volume', 'rm', ALL] },
  { id: 'volume-missing', argv: () => ['volume', 'rm', 'podctl-nosuch'] },
  { id: 'container-missing', argv: () => ['start', 'podctl-nosuch'] },
  { id: 'container-running', argv: () => ['rm', `${ALL}-up`] },
  { id: 'container-stopped', argv: () => ['exec', `${ALL}-made`, 'true'] },
  { id: 'image-in-use', argv: ({ bare }) => ['rmi', bare] },
  { id: 'image-missing', argv: () => run('--pull=never', 'localhost/podctl-nosuch:1', 'true') },
  { id: 'image-missing', argv: () => ['push', 'localhost/podctl-nosuch:1'] },
  { id: 'bad-reference', argv: () => run('Podctl/UPPER', 'true') },
  { id: 'bad-reference', argv: () => ['pull', 'podctl:bad:tag'] },
  {
    id: 'platform',
    on: ['docker'],
    argv: ({ image }) => run('--platform', 'linux/s390x', '--pull=never', image, 'true'),
  },
  { id: 'platform', ...pull('plain', 'arm') },
  { id: 'dependency', on: ['podman'], argv: () => ['rm', `${ALL}-base`] },

  { id: 'rate-limit', ...pull('plain', 'limited') },
  { id: 'pull-denied', ...pull('plain', 'denied') },
  { id: 'scope-denied', ...pull('plain', 'forbidden') },
  { id: 'unauthorized', ...pull('plain', 'unauthorized') },
  { id: 'unauthorized', ...pull('locked', 'x') },
  { id: 'login-refused', argv: ({ registry }, program) => login(registry.locked, program), input: 'wrong' },
  { id: 'manifest-unknown', ...pull('plain', 'unknown') },
  { id: 'manifest-unknown', ...pull('plain', 'gone') },
  { id: 'registry-broken', ...pull('plain', 'broken') },
  { id: 'registry-broken', ...pull('plain', 'busy') },
  { id: 'plain-http', on: ['docker'], where: 'private', ...pull('plainOther', 'x') },
  { id: 'plain-http', on: ['podman'], argv: ({ registry }) => ['pull', `${registry.plain}/x:1`] },
  { id: 'certificate', on: ['docker'], where: 'private', ...pull('secure', 'x') },
  { id: 'certificate', on: ['podman'], argv: ({ registry }) => ['pull', `${registry.secureHere}/x:1`] },
  { id: 'name-lookup', argv: () => ['pull', 'registry.invalid/x:1'] },
  { id: 'registry-silent', argv: () => ['pull', '127.0.0.1:9/x:1'] },
  {
    id: 'proxy',
    where: 'private',
    argv: () => ['pull', 'registry.invalid/x:1'],
    env: ({ registry }) => ({ HTTPS_PROXY: registry.proxy }),
  },
  {
    id: 'helper-missing',
    argv: ({ registry }, program) => login(registry.plain, program),
    env: ({ dir }) => ({ DOCKER_CONFIG: `${dir}/helper`, REGISTRY_AUTH_FILE: `${dir}/helper/config.json` }),
    input: 'x',
  },

  {
    id: 'builder-missing',
    on: ['docker'],
    argv: ({ dir }) => ['build', '--file', `${dir}/build/step`, `${dir}/build`],
    env: ({ dir }) => ({ DOCKER_BUILDKIT: '1', DOCKER_CONFIG: `${dir}/helper` }),
  },
  ...['0', '1'].flatMap((kit) => buildCases(kit)),
];

/**
 * @param {string} kit 1: with BuildKit, which podman has none of
 * @returns {Case[]}
 */
function buildCases(kit) {
  /** @type {Program[]} */
  const on = kit === '1' ? ['docker'] : ['docker', 'podman'];
  const env = (/** @type {Place} */ { dir }) => ({ DOCKER_BUILDKIT: kit, DOCKER_CONFIG: `${dir}/docker` });
  const build = (/** @type {string} */ name) => ({
    on,
    env,
    argv: (/** @type {Place} */ { dir }, /** @type {Program} */ program) => [
      'build',
      ...(program === 'podman' ? ['--pull=never'] : []),
      '--file',
      `${dir}/build/${name}`,
      `${dir}/build`,
    ],
  });
  return [
    { id: 'build-step', ...build('step') },
    { id: 'build-program', ...build('program') },
    { id: 'no-shell', ...build('shell') },
    { id: 'exec-format', ...build('foreign') },
    { id: 'copy-missing', ...build('copy') },
    { id: 'copy-missing', ...build('ignored') },
    { id: 'build-file', ...build('none') },
    { id: 'build-file-wrong', ...build('wrong') },
    {
      id: 'build-target',
      ...build('step'),
      argv: ({ dir }) => ['build', '--target', 'nosuch', '-f', `${dir}/build/step`, `${dir}/build`],
    },
    ...(kit === '1' ? [{ id: 'build-frontend', ...build('frontend') }] : []),
  ];
}

/**
 * @typedef {object} ComposeCase
 * @property {string} id
 * @property {Record<string, string>} [on] what else it is for one provider
 * @property {string} file the compose file's text
 * @property {readonly string[]} argv
 */

const IMAGE = 'localhost/podctl-test/busybox:1';

/** @type {readonly ComposeCase[]} */
export const COMPOSE_CASES = [
  { id: 'compose-file', file: `services:\n  web:\n   image: ${IMAGE}\n  bad\n`, argv: ['up', '-d'] },
  { id: 'compose-file', file: `services:\n  web:\n    imge: ${IMAGE}\n`, argv: ['up', '-d'] },
  {
    id: 'compose-file',
    file: `services:\n  web:\n    image: ${IMAGE}\n    volumes: ["data:/x"]\n`,
    argv: ['up', '-d'],
  },
  { id: 'compose-missing', file: '', argv: ['up', '-d'] },
  { id: 'compose-service', file: `services:\n  web:\n    image: ${IMAGE}\n`, argv: ['up', '-d', 'nosuch'] },
  {
    id: 'compose-variable',
    file: `services:\n  web:\n    image: ${IMAGE}\n    environment:\n      A: "\${NOSUCH_VARIABLE:?fill it in}"\n`,
    argv: ['up', '-d'],
  },
  {
    id: 'compose-env-file',
    file: `services:\n  web:\n    image: ${IMAGE}\n    env_file: none.env\n`,
    argv: ['up', '-d'],
  },
  {
    id: 'compose-cycle',
    file: `services:\n  a:\n    image: ${IMAGE}\n    depends_on: [b]\n  b:\n    image: ${IMAGE}\n    depends_on: [a]\n`,
    argv: ['up', '-d'],
  },
  {
    id: 'compose-external',
    file: `services:\n  web:\n    image: ${IMAGE}\n    volumes: ["data:/x"]\nvolumes:\n  data:\n    external: true\n`,
    argv: ['up', '-d'],
  },
  {
    id: 'compose-external',
    on: { 'docker compose': 'network-missing' },
    file: `services:\n  web:\n    image: ${IMAGE}\n    networks: [own]\nnetworks:\n  own:\n    external: true\n`,
    argv: ['up', '-d'],
  },
  {
    id: 'unhealthy',
    file: `services:\n  db:\n    image: ${IMAGE}\n    command: [sleep, "60"]\n    stop_grace_period: 0s\n    healthcheck: {test: ["CMD", "false"], interval: 0.3s, timeout: 1s, retries: 1}\n  web:\n    image: ${IMAGE}\n    command: [sleep, "60"]\n    depends_on: {db: {condition: service_healthy}}\n`,
    argv: ['up', '-d'],
  },
  {
    id: 'job-failed',
    file: `services:\n  job:\n    image: ${IMAGE}\n    command: [sh, -c, "exit 3"]\n  web:\n    image: ${IMAGE}\n    command: [sleep, "60"]\n    depends_on: {job: {condition: service_completed_successfully}}\n`,
    argv: ['up', '-d'],
  },
  {
    id: 'program-missing',
    file: `services:\n  web:\n    image: ${IMAGE}\n    command: [nosuch]\n`,
    argv: ['up', '-d'],
  },
];
