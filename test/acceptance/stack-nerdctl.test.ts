import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shortHash } from '../../src/core/hash.js';
import { formatProject } from '../../src/core/project.js';
import { type Folder, projectFolder } from '../support/machine.js';
import { type Finished, podctl } from '../support/podctl.js';

// No package of Debian has nerdctl: a program with its words stands in, and ends with 99 at any other. What it takes is what its command reference
// lists (docs/command-reference.md of containerd/nerdctl), what it answers has the form that its tests look for.
const FLAGS: Readonly<Record<string, readonly string[]>> = {
  up: ['--detach', '--build', '--remove-orphans'],
  down: ['--remove-orphans'],
  stop: ['--timeout'],
  start: [],
  restart: ['--timeout'],
  logs: ['--follow', '--tail'],
  pull: [],
  build: ['--no-cache'],
  run: ['--rm', '--interactive=false', '--no-deps', '--entrypoint', '--user', '--workdir', '-e'],
};

const INFO = { ServerVersion: 'v2.0.4', Architecture: 'x86_64', CgroupVersion: '2', SecurityOptions: [] };
const CONFIG =
  'name: shop\nservices:\n  web:\n    image: web\n    networks:\n      default: null\n  app:\n    build: {context: app}\n';

function standIn(folder: string, label: string): string {
  const container = {
    Id: 'c1',
    Name: `${label}-web-1`,
    Image: 'web',
    State: { Status: 'running', Running: true, StartedAt: '2026-01-01T00:00:00Z' },
    Config: {
      Labels: { 'podctl.project': label, 'com.docker.compose.project': label, 'com.docker.compose.service': 'web' },
    },
    Mounts: [],
    NetworkSettings: { Ports: {} },
    HostConfig: {},
  };
  const verbs = Object.entries(FLAGS).map(([verb, flags]) => `  ${verb}) allowed=" ${flags.join(' ')} " ;;`);
  return `#!/bin/sh
echo "$*" >> '${folder}/asked'
case "$*" in
  "version --format {{json .}}") echo '{"Client":{"Version":"v2.1.2"},"Server":{}}'; exit ;;
  "info --format {{json .}}") echo '${JSON.stringify(INFO)}'; exit ;;
  "compose version") echo 'nerdctl Compose version v2.1.2'; exit ;;
  "ps --all --quiet --no-trunc --filter label="*) echo c1; exit ;;
  "container inspect c1") echo '${JSON.stringify([container])}'; exit ;;
  "events "*) echo 'unknown flag: --since' >&2; exit 1 ;;
esac
[ "$1 $2 $3" = 'compose --project-name ${label}' ] || { echo "unexpected: $*" >&2; exit 99; }
shift 3
while [ "$1" = --file ]; do [ -f "$2" ] || exit 98; shift 2; done
verb=$1; shift
case "$verb" in
  config) [ $# = 0 ] || exit 99; cat '${folder}/config.yaml'; exit ;;
${verbs.join('\n')}
  *) echo "unexpected: $verb" >&2; exit 99 ;;
esac
for word; do
  case "$word" in
    -*) case "$allowed" in *" $word "*) ;; *) echo "unknown flag: $word" >&2; exit 99 ;; esac ;;
  esac
done
[ "$verb" = run ] && exit 7
exit 0
`;
}

describe('a stack run by the words of nerdctl compose', () => {
  let folder: Folder;
  let run: (...line: readonly string[]) => Promise<Finished>;

  beforeAll(() => {
    folder = projectFolder('nerdctl');
    const shop = join(folder.path, 'shop');
    mkdirSync(shop);
    mkdirSync(join(folder.path, 'bin'));
    writeFileSync(join(shop, 'compose.yaml'), 'services: {web: {image: web}, app: {build: app}}\n');
    writeFileSync(join(folder.path, 'config.yaml'), CONFIG);
    const program = join(folder.path, 'bin/nerdctl');
    const label = formatProject({ name: 'shop', hash: shortHash(shop) });
    writeFileSync(program, standIn(folder.path, label));
    chmodSync(program, 0o755);
    const env = { PATH: `${dirname(program)}:${dirname(process.execPath)}:/usr/bin:/bin` };
    run = (...line) => podctl(line, { cwd: shop, env });
  });
  afterAll(() => folder.clear());

  it.each([
    ['up --detach web', 0],
    ['stop web', 0],
    ['start web', 0],
    ['restart web', 0],
    ['logs web', 0],
    ['pull web', 0],
    ['build app', 0],
    ['run web true', 7],
    ['down', 0],
  ])('%s', async (line, code) => {
    const [verb = '', ...rest] = line.split(' ');
    const ended = await run(verb, '--engine', 'nerdctl', ...rest);
    expect([ended.code, ended.stderr]).toEqual([code, expect.not.stringContaining('unexpected')]);
  });

  it.each([
    ['watch', '`watch`'],
    ['build --pull app', '`--pull` of `build`'],
    ['fresh app', '`--pull` of `build`'],
  ])('%s is refused by name before it runs, with who can', async (line, what) => {
    writeFileSync(join(folder.path, 'asked'), '');
    const [verb = '', ...rest] = line.split(' ');
    const ended = await run(verb, '--engine', 'nerdctl', ...rest);
    expect(ended.code).toBe(69);
    expect(ended.stderr).toContain(`error: nerdctl compose 2.1.2 cannot take ${what}\nhint: compose-v2`);
    expect(readFileSync(join(folder.path, 'asked'), 'utf8')).not.toMatch(/ (build|up|watch)\b/);
  });
});
