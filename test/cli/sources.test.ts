import { describe, expect, it } from 'vitest';
import { PodctlError } from '../../src/core/errors.js';
import type { FakeEngine, Run } from '../support/fake-engine.js';
import { runCli } from '../support/run-cli.js';
import type { MemoryOptions } from '../support/world.js';

const CANARY = 'c4nary p@ss';
const PROFILE = `
name = "web"
images.web = { name = "web", tag = "1" }
[env.PORTS]
source = { command = ["op", "read", "ports"] }
rule = "integer"
[env.TOKEN]
required = true
source = { file = "token.txt" }
[env.CERT]
source = { command = ["op", "read", "cert"] }
deliver = "file"
[container]
[commands.serve]
`;

const around = (more: Partial<MemoryOptions> = {}): MemoryOptions => ({
  shipped: [],
  files: { '/home/ann/sky/podctl.toml': PROFILE },
  ...more,
});
const engine = (more: FakeEngine = {}): FakeEngine => ({
  images: { 'web:1': { entrypoint: ['/app'] } },
  containers: [],
  volumes: {},
  ...more,
});
const sources = { PORTS: '8080', TOKEN: CANARY, CERT: CANARY };
const ok: Run = () => ({ exitCode: 0, stdout: '' });

describe('a run', () => {
  it('fetches what nobody sets, and hides all of it', async () => {
    const ran = await runCli(['serve'], { ...around(), engine: engine({ sources, runs: [ok] }) });
    expect(ran.code, ran.stderr).toBe(0);
    const [plan] = ran.engine.plans;
    expect(JSON.stringify(plan)).not.toContain(CANARY);
    const written = (plan?.steps ?? []).flatMap((step) =>
      step.do === 'file' && step.action === 'write' && step.content !== null && typeof step.content !== 'string'
        ? [step.content.reveal()]
        : [],
    );
    expect(written).toEqual([CANARY, `PORTS=8080\nTOKEN=${CANARY}\n`]);
  });

  it('leaves a source alone whose variable is set', async () => {
    const host = { env: { TOKEN: 'mine', CERT: 'mine too' } };
    const ran = await runCli(['serve'], {
      ...around({ host }),
      engine: engine({ sources: { PORTS: '1' }, runs: [ok] }),
    });
    expect(ran.code, ran.stderr).toBe(0);
  });

  it('asks no source before everything else is right', async () => {
    const profile = `${PROFILE}[env.URL]\nrequired = true\n`;
    const ran = await runCli(['serve'], {
      ...around({ files: { '/home/ann/sky/podctl.toml': profile } }),
      engine: engine({ sources: {} }),
    });
    expect(ran.code).toBe(65);
    expect(ran.stderr).toContain('`URL` is not set anywhere');
  });

  it('holds what it fetched against the contract, without showing it', async () => {
    const ran = await runCli(['serve'], { ...around(), engine: engine({ sources: { ...sources, PORTS: CANARY } }) });
    expect(ran.code).toBe(65);
    expect(ran.stderr).toContain('the value of `PORTS` is wrong: it must be a whole number');
    expect(ran.stderr).not.toContain(CANARY);
  });

  it('ends with the failure of a source', async () => {
    const failed = new PodctlError('UNAVAILABLE', '`CERT`: `op` ended with exit code 1', { hint: 'log in' });
    const ran = await runCli(['serve'], { ...around(), engine: engine({ sources: { ...sources, CERT: failed } }) });
    expect([ran.code, ran.stderr]).toEqual([69, 'error: `CERT`: `op` ended with exit code 1\nhint: log in\n']);
  });
});

const NOTES = `note: \`PORTS\` comes from what \`op\` prints; only a real run asks for it
note: \`TOKEN\` comes from the file \`token.txt\`; only a real run asks for it
note: \`CERT\` comes from what \`op\` prints; only a real run asks for it
`;

it.each([
  ['serve --dry-run', NOTES],
  ['serve --dry-run --json', NOTES],
  ['explain serve', NOTES],
  ['plan serve', NOTES],
  ['audit serve', ''],
])('%s asks no source', async (line, notes) => {
  const ran = await runCli(line.split(' '), { ...around(), engine: engine() });
  expect(ran.code, ran.stderr).toBe(0);
  expect([...ran.engine.entered]).not.toContain('sources');
  expect(ran.stderr).toContain(notes);
});

it('a public mode hands out no file of what it keeps hidden', async () => {
  const profile = `${PROFILE.replace('token.txt', '/data/redux/token')}[modes.public]
exposure = "public"
hidden = ["/data/redux"]
`;
  const files = {
    '/home/ann/sky/podctl.toml': profile,
    '/data/redux/token': CANARY,
    '/proc/self/mountinfo': '25 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n',
  };
  for (const line of ['serve', 'serve --dry-run']) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const ran = await runCli(line.split(' '), { ...around({ files }), engine: engine({ sources }) });
    expect(ran.code, ran.stderr).toBe(77);
    expect(ran.stderr).toContain('the source file `/data/redux/token` lies in `/data/redux`');
    expect(ran.engine.plans).toEqual([]);
  }
});

it('a mounted secret is judged as a path of this host', async () => {
  const profile = `${PROFILE}[modes.public]\nexposure = "public"\nhidden = ["/home/ann/.local"]\n`;
  const files = {
    '/home/ann/sky/podctl.toml': profile,
    '/proc/self/mountinfo': '25 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n',
    '/home/ann/.local/x': '',
  };
  const ran = await runCli(['serve', '--dry-run'], { ...around({ files }), engine: engine() });
  expect(ran.code, ran.stderr).toBe(77);
  expect(ran.stderr).toMatch(
    /the mount of `\/home\/ann\/\.local\/state\/podctl\/secrets\/.*CERT` on `\/run\/secrets\/CERT`/,
  );
});

describe('env check', () => {
  it('says whether sources are there, without asking them', async () => {
    const missing = { op: 'the program `op` was not found' };
    const ran = await runCli(['env', 'check'], { ...around(), engine: { missing } });
    expect(ran.code).toBe(65);
    expect(ran.stderr).toContain('`PORTS`: the program `op` was not found');
    expect(ran.stderr).toContain('`CERT`: the program `op` was not found');
    expect((await runCli(['env', 'check'], { ...around(), engine: {} })).code).toBe(0);
  });

  it('--resolve asks them', async () => {
    const good = await runCli(['env', 'check', '--resolve'], { ...around(), engine: { sources } });
    expect([good.code, good.stdout]).toEqual([0, 'the environment of profile web is complete\n']);
    const failed = new PodctlError('UNAVAILABLE', '`CERT`: `op` ended with exit code 1');
    const bad = await runCli(['env', 'check', '--resolve', '--json'], {
      ...around(),
      engine: { sources: { PORTS: CANARY, TOKEN: CANARY, CERT: failed } },
    });
    expect(bad.code).toBe(65);
    expect(JSON.parse(bad.stdout)).toMatchObject({
      complete: false,
      problems: [
        { message: 'the value of `PORTS` is wrong: it must be a whole number' },
        { message: '`CERT`: `op` ended with exit code 1' },
      ],
    });
    expect(`${bad.stdout}${bad.stderr}`).not.toContain(CANARY);
  });
});

describe('a secret that the engine keeps', () => {
  const profile = `name = "web"
images.web = { name = "web", tag = "1" }
env.KEY.source = { engine_secret = "app-key" }
commands.serve.about = "x"
`;
  const kept = around({ files: { '/home/ann/sky/podctl.toml': profile } });
  const podman = (there: boolean, runs: FakeEngine['runs'] = []): FakeEngine =>
    engine({ facts: { name: 'podman', version: '5.4.0' }, secrets: { 'app-key': there }, runs });

  it('is handed out by its name', async () => {
    const ran = await runCli(['serve'], { ...kept, engine: podman(true, [ok]) });
    expect(ran.code, ran.stderr).toBe(0);
    const run = ran.engine.plans[0]?.steps.find((step) => step.do === 'exec');
    expect(run?.do === 'exec' && run.argv.join(' ')).toContain('--secret app-key,type=env,target=KEY');
  });

  it('must be there', async () => {
    const ran = await runCli(['serve'], { ...kept, engine: podman(false) });
    expect(ran.code).toBe(66);
    expect(ran.stderr).toContain('podman keeps no secret `app-key`');
  });

  it('docker has none', async () => {
    const ran = await runCli(['serve'], { ...kept, engine: engine() });
    expect(ran.code).toBe(69);
    expect(ran.stderr).toContain('`engine_secret as a variable` (secrets/KEY): no version of docker has it');
  });
});

it('test-image fetches too, so that no container starts with an empty secret', async () => {
  const profile = `
name = "app"
images.app.name = "app"
[env.TOKEN]
source = { command = ["op", "read"] }
deliver = "file"
[container]
[test]
args = ["pytest"]
`;
  const options = around({ files: { '/home/ann/sky/podctl.toml': profile } });
  const end = { started: true, running: false, exitCode: 0, oomKilled: false, finishedAt: '2026-01-02T03:04:05Z' };
  const tests = { networks: () => Promise.resolve([]), endOf: () => Promise.resolve(end) };
  const there = { images: { 'app:latest': {} }, containers: [], tests };
  const ran = await runCli(['test-image'], {
    ...options,
    engine: { ...there, sources: { TOKEN: CANARY }, runs: [ok, ok] },
  });
  expect(ran.code, ran.stderr).toBe(0);
  const contents = ran.engine.plans.flatMap(({ steps }) =>
    steps.flatMap((step) =>
      step.do === 'file' && step.content !== null && typeof step.content !== 'string' ? [step.content.reveal()] : [],
    ),
  );
  expect(contents).toEqual([CANARY]);
  const dry = await runCli(['test-image', '--dry-run'], { ...options, engine: there });
  expect(dry.code, dry.stderr).toBe(0);
  expect([...dry.engine.entered]).not.toContain('sources');
});
