import { describe, expect, it } from 'vitest';
import type { FakeEngine, Run } from '../support/fake-engine.js';
import { type CliRun, runCli } from '../support/run-cli.js';
import type { MemoryOptions } from '../support/world.js';

const CANARY = 'c4nary-p@ss "word" $HOME';
const LINES = `-----BEGIN KEY-----\n${CANARY}\n-----END KEY-----`;

const PROFILE = `
name = "web"
[images.web]
name = "web"
tag = "1"
[container]
image = "web"
env_files = ["app.env"]
[container.env]
TOKEN = { from = "TOKEN", secret = true }
KEY = { from = "KEY", secret = true }
PLAIN = "yes"
[commands.serve]
[commands.broken]
args = ["\${TOKEN}"]
`;

const around: MemoryOptions = {
  files: {
    '/home/ann/sky/podctl.toml': PROFILE,
    '/home/ann/sky/app.env': `FROM_FILE='${CANARY}'\n`,
    '/home/ann/sky/flag.env': `FROM_FLAG='${CANARY}'\n`,
    '/home/ann/sky/broken.env': `FROM_FLAG='${CANARY}'\nBROKEN="${CANARY}\n`,
  },
  host: { env: { TOKEN: CANARY, KEY: LINES } },
};

const engine: FakeEngine = { images: { 'web:1': { entrypoint: ['/app'] } }, containers: [], volumes: {} };

/** Everything that a person, a log or a process list could see of a run. */
function seen({ stdout, stderr, engine: { plans } }: CliRun): string {
  const argvs = plans.flatMap((plan) =>
    plan.steps.map((step) => (step.do === 'exec' ? step.argv.join('\0') : step.why)),
  );
  return [stdout, stderr, JSON.stringify(plans), ...argvs].join('\n');
}

const ways: readonly (readonly [line: string, code: number])[] = [
  ['serve --dry-run', 0],
  ['serve --dry-run --json', 0],
  ['serve --dry-run --shell powershell', 0],
  ['serve --dry-run --env-file flag.env', 0],
  ['serve --dry-run --env TOKEN', 0],
  ['serve --dry-run --via api', 0],
  ['serve --dry-run --via api --json', 0],
  ['serve --dry-run --engine podman', 0],
  ['explain serve', 0],
  ['explain serve --json', 0],
  ['plan serve', 0],
  ['audit', 65],
  ['audit serve --json', 0],
  ['profiles show', 0],
  ['serve --env-file broken.env', 65],
  ['serve --port nonsense', 64],
  ['serve --mount nonsense', 64],
  ['broken --dry-run', 65],
];

describe('a secret value is nowhere to be seen', () => {
  it.each(ways)('podctl %s', async (line, code) => {
    const ran = await runCli(line.split(' '), { ...around, engine });
    expect(ran.code, ran.stderr).toBe(code);
    expect(seen(ran)).not.toContain('c4nary');
  });

  it('not in a real run either, whose container still gets it', async () => {
    let handedOver = '';
    const run: Run = (plan) => {
      for (const step of plan.steps) {
        if (step.do === 'file' && step.content !== null) {
          handedOver += typeof step.content === 'string' ? step.content : step.content.reveal();
        }
        if (step.do === 'exec') {
          for (const value of Object.values(step.env)) handedOver += typeof value === 'string' ? value : value.reveal();
        }
      }
      return { exitCode: 0, stdout: '' };
    };
    const ran = await runCli(['serve'], { ...around, engine: { ...engine, runs: [run] } });
    expect(ran.code, ran.stderr).toBe(0);
    expect(seen(ran)).not.toContain('c4nary');
    expect(handedOver.split('c4nary')).toHaveLength(4);
    expect(Object.values(ran.memory.volume.toJSON()).filter((text) => text?.includes('c4nary'))).toHaveLength(3);
  });

  it('the file that carries it is 0600 in a folder of 0700, and is removed in every case', async () => {
    const run: Run = () => ({ exitCode: 0, stdout: '' });
    const ran = await runCli(['serve'], { ...around, engine: { ...engine, runs: [run] } });
    const files = ran.engine.plans.flatMap((plan) => plan.steps.filter((step) => step.do === 'file'));
    expect(files.map(({ action, mode, always }) => [action, mode, always])).toEqual([
      ['mkdir', 0o700, false],
      ['write', 0o600, false],
      ['remove', null, true],
    ]);
  });
});
