import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeEngines } from '../support/engines.js';
import { type Folder, projectFolder, until } from '../support/machine.js';
import { podctl, startPodctl } from '../support/podctl.js';
import { shareOf, waysOf } from '../support/soak.js';

const CANARY = 'c4nary-7f3a';
const PROFILE = `
name = "canary"
[images.box]
name = "@IMAGE@"
[container]
image = "box"
entrypoint = ["/bin/sh"]
[container.env]
TOKEN = { from = "TOKEN", secret = true }
KEY = { from = "KEY", secret = true }
[commands.tell]
args = ["-c", "printf '%s|%s|%s' \\"$$TOKEN\\" \\"$$KEY\\" \\"$$FROM_FILE\\" | wc -c; sleep 0.5"]
[commands.wrong]
args = ["-c", "true"]
[commands.wrong.container]
workdir = "/proc/nowhere"
`;

describeEngines('a secret value', (engine) => {
  let folder: Folder;
  const env = () => ({ ...engine.env, TOKEN: `${CANARY} a"b`, KEY: `first\n${CANARY}\nlast`, PODCTL_DEBUG: '1' });
  const common = ['--engine', engine.name, '--env-file', 'app.env'];

  beforeAll(() => {
    folder = projectFolder(`secrets-${engine.name}`);
    // An image without a tag would be asked for as `latest`.
    const colon = engine.busybox.lastIndexOf(':');
    const image = `name = "${engine.busybox.slice(0, colon)}"\ntag = "${engine.busybox.slice(colon + 1)}"`;
    writeFileSync(join(folder.path, 'podctl.toml'), PROFILE.replace('name = "@IMAGE@"', image));
    writeFileSync(join(folder.path, 'app.env'), `FROM_FILE='${CANARY}!'\n`);
  });
  afterAll(async () => {
    await podctl(['down', '--engine', engine.name], { cwd: folder.path, env: env() });
    folder.clear();
  });

  it.each(waysOf(engine, 0))('reaches the container and no process list (--via %s)', async (via) => {
    const running = await startPodctl(['tell', '--via', via, ...common], { cwd: folder.path, env: env() });
    const seen = new Set<string>();
    await until(() => {
      for (const line of commandLines()) seen.add(line);
      return running.stdout() !== '' || running.stderr() !== '';
    });
    for (const line of commandLines()) seen.add(line);
    const ended = await running.finished;
    // The lengths of the three values and two bars: all arrived whole.
    const length = [env().TOKEN, env().KEY, `${CANARY}!`].join('|').length;
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stdout.trim()).toBe(String(length));
    expect(ended.stderr).not.toContain(CANARY);
    expect([...seen].filter((line) => line.includes('podctl')).length).toBeGreaterThan(0);
    expect([...seen].filter((line) => line.includes(CANARY))).toEqual([]);
    expect(leftFiles(folder.path)).toEqual([]);
  });

  const looks: readonly (readonly [readonly string[], number])[] = [
    [['tell', '--dry-run'], 0],
    [['tell', '--dry-run', '--json'], 0],
    [['tell', '--dry-run', '--json', '--via', 'api'], 0],
    [['explain', 'tell'], 0],
    [['explain', 'tell', '--json'], 0],
    [['audit', 'tell'], 0],
  ];
  it.each(shareOf(engine, looks))('is not printed by %j', async (args, code) => {
    const ran = await podctl([...args, ...common], { cwd: folder.path, env: env() });
    expect(ran.code, ran.stderr).toBe(code);
    expect(`${ran.stdout}${ran.stderr}`).not.toContain(CANARY);
  });

  it('is not in the words of an engine that refuses the container', async () => {
    const ran = await podctl(['wrong', ...common], { cwd: folder.path, env: env() });
    expect(ran.code).not.toBe(0);
    expect(ran.stderr).not.toContain(CANARY);
    expect(leftFiles(folder.path)).toEqual([]);
  });
});

/** Command lines of all processes of this machine. */
function commandLines(): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')];
      } catch {
        // It ended while it was looked at.
        return [];
      }
    });
}

/** Files below a folder that hold the canary, apart from the one that the user wrote. */
function leftFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'app.env')
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path, 'utf8').includes(CANARY));
}
