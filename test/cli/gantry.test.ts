import { describe, expect, it, test } from 'vitest';
import { runCli } from '../support/run-cli.js';
import type { MemoryOptions } from '../support/world.js';

const FOLDER = '/home/ann/sky';

/** Lines of a .env that Gantry can start with. */
const GOOD: Readonly<Record<string, string | null>> = {
  PROMETHEUS_URL: 'https://prometheus.example.org/api/v1',
  GITLAB_URL: 'https://gitlab.example.org/api/v4/projects/2',
  GITLAB_API_TOKEN: 'glpat-hunter2',
  GITLAB_WEBHOOK_TOKEN: 'hunter2',
  DB_FILE: '/var/lib/gantry/db',
};

/** A .env with some lines changed, added, or (null) left out. */
function envFile(changes: Readonly<Record<string, string | null>> = {}): string {
  const lines = Object.entries({ ...GOOD, ...changes });
  return lines.flatMap(([name, value]) => (value === null ? [] : [`${name}=${value}\n`])).join('');
}

function project(text: string | undefined, env: Readonly<Record<string, string>> = {}): MemoryOptions {
  const files = { [`${FOLDER}/Dockerfile`]: 'FROM scratch\n', '/proc/self/mountinfo': '' };
  return { files: { ...files, ...(text === undefined ? {} : { [`${FOLDER}/.env`]: text }) }, host: { env } };
}

const IMAGE = {
  images: { 'gantry:latest': { entrypoint: ['/app'] } },
  volumes: { 'gantry-data': null },
  containers: [],
};
const ABOUT = {
  api: 'it must end in /api/v1, without a slash behind, for the application puts /query there',
  project: 'it must end in /api/v4/projects/ and the number of the project',
  file: 'it must be the absolute path of a file, in a folder of its own',
};

describe('a broken .env', () => {
  test.each([
    [
      'slash behind the address',
      { PROMETHEUS_URL: 'https://prometheus.example.org/api/v1/' },
      `.env:1: \`PROMETHEUS_URL\` is \`https://prometheus.example.org/api/v1/\`: ${ABOUT.api}`,
      'write for instance https://prometheus.example.org/api/v1',
    ],
    [
      'no address',
      { PROMETHEUS_URL: 'prometheus.example.org/api/v1' },
      `.env:1: \`PROMETHEUS_URL\` is \`prometheus.example.org/api/v1\`: ${ABOUT.api}`,
      'write for instance https://prometheus.example.org/api/v1',
    ],
    [
      'no Prometheus',
      { PROMETHEUS_URL: null },
      `\`PROMETHEUS_URL\` is not set anywhere: ${ABOUT.api}`,
      'write PROMETHEUS_URL=https://prometheus.example.org/api/v1 into .env',
    ],
    [
      'a name with a slip',
      { PROMETHEUS_URL: null, PROMETHEUS_URl: 'https://prometheus.example.org/api/v1' },
      `\`PROMETHEUS_URL\` is not set anywhere: ${ABOUT.api}`,
      '.env:5 sets `PROMETHEUS_URl`: did you mean `PROMETHEUS_URL`?',
    ],
    [
      'a project by its name',
      { GITLAB_URL: 'https://gitlab.example.org/api/v4/projects/spack' },
      `.env:2: \`GITLAB_URL\` is \`https://gitlab.example.org/api/v4/projects/spack\`: ${ABOUT.project}`,
      'write for instance https://gitlab.example.org/api/v4/projects/2',
    ],
    [
      'an address with a password',
      { GITLAB_URL: 'https://ann:hunter2@gitlab.example.org' },
      `.env:2: \`GITLAB_URL\` is \`https://[redacted]@gitlab.example.org\`: ${ABOUT.project}`,
      'write for instance https://gitlab.example.org/api/v4/projects/2',
    ],
    [
      'an empty token',
      { GITLAB_API_TOKEN: '' },
      '.env:3: `GITLAB_API_TOKEN` is empty: GitLab token that may read the API',
      'write GITLAB_API_TOKEN=… into .env',
    ],
    [
      'no word for the webhook',
      { GITLAB_WEBHOOK_TOKEN: null },
      '`GITLAB_WEBHOOK_TOKEN` is not set anywhere: the application would start without it, and then fail at each webhook',
      'write GITLAB_WEBHOOK_TOKEN=… into .env',
    ],
    [
      'no database',
      { DB_FILE: null },
      `\`DB_FILE\` is not set anywhere: ${ABOUT.file}`,
      'write DB_FILE=/var/lib/gantry/db into .env',
    ],
    [
      'a relative database',
      { DB_FILE: 'db' },
      `.env:5: \`DB_FILE\` is \`db\`: ${ABOUT.file}`,
      'write for instance /var/lib/gantry/db',
    ],
    [
      'a database in the top folder',
      { DB_FILE: '/db' },
      `.env:5: \`DB_FILE\` is \`/db\`: ${ABOUT.file}`,
      'write for instance /var/lib/gantry/db',
    ],
    [
      'a level that is none',
      { LOG_LEVEL: 'WARN' },
      '.env:6: `LOG_LEVEL` is `WARN`: it must be one of CRITICAL, ERROR, WARNING, INFO, DEBUG',
      undefined,
    ],
    [
      'a port that is none',
      { GANTRY_PORT: '80800' },
      '.env:6: `GANTRY_PORT` is `80800`: it must be a whole number from 1 to 65535',
      undefined,
    ],
  ])('%s', async (_name, changes, message, hint) => {
    const { code, stdout, stderr, engine } = await runCli(['serve', '--detach'], project(envFile(changes)));
    expect(stderr).toBe(`error: ${message}\nhint: ${hint ?? 'correct it there'}\n`);
    expect({ code, stdout, entered: [...engine.entered] }).toEqual({ code: 65, stdout: '', entered: [] });
  });

  it.each([
    ['plan', 'serve'],
    ['explain', 'serve'],
    ['audit', 'serve'],
    ['serve', '--dry-run'],
  ])('podctl %s %s says the same', async (...argv) => {
    const { code, stdout, stderr } = await runCli(
      [...argv, '--profile', 'gantry'],
      project(envFile({ DB_FILE: '/db' })),
    );
    expect({ code, stdout, stderr }).toEqual({
      code: 65,
      stdout: '',
      stderr: `error: .env:5: \`DB_FILE\` is \`/db\`: ${ABOUT.file}\nhint: write for instance /var/lib/gantry/db\n`,
    });
  });

  it('tells everything at once', async () => {
    const text = 'GITLAB_URL=here\nGITLAB_API_TOKN=hunter2\nDB_FILE=\n';
    const { code, stderr } = await runCli(['serve'], project(text, { LOG_LEVEL: 'loud' }));
    expect(code).toBe(65);
    expect(stderr).toBe(`error: \`serve\` of profile \`gantry\` is not complete: 6 problems
  \`PROMETHEUS_URL\` is not set anywhere: ${ABOUT.api}
    hint: write PROMETHEUS_URL=https://prometheus.example.org/api/v1 into .env
  .env:1: \`GITLAB_URL\` is \`here\`: ${ABOUT.project}
    hint: write for instance https://gitlab.example.org/api/v4/projects/2
  \`GITLAB_API_TOKEN\` is not set anywhere: GitLab token that may read the API
    hint: .env:2 sets \`GITLAB_API_TOKN\`: did you mean \`GITLAB_API_TOKEN\`?
  \`GITLAB_WEBHOOK_TOKEN\` is not set anywhere: the application would start without it, and then fail at each webhook
    hint: write GITLAB_WEBHOOK_TOKEN=… into .env
  .env:3: \`DB_FILE\` is empty: ${ABOUT.file}
    hint: write DB_FILE=/var/lib/gantry/db into .env
  \`LOG_LEVEL\` is \`loud\` (process environment): it must be one of CRITICAL, ERROR, WARNING, INFO, DEBUG
    hint: correct it in the environment
`);
  });
});

describe('a good .env', () => {
  const dryRun = (argv: readonly string[], options: MemoryOptions) =>
    runCli(['serve', '--dry-run', ...argv], { ...options, engine: IMAGE });

  it('shows no secret, and says what the contract knows to be none', async () => {
    const { code, stdout, stderr } = await dryRun(['--json'], project(envFile({ EXTRA: 'hunter2' })));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toContain('hunter2');
    expect(stdout).toContain('"type=volume,src=gantry-data,target=/var/lib/gantry"');
  });

  it('the database decides what is mounted, from wherever it is named', async () => {
    const { stdout } = await dryRun(['--env', 'DB_FILE=/data/deep/db'], project(envFile({ GANTRY_DATA: '/srv/g' })));
    expect(stdout).toContain('type=bind,src=/srv/g,target=/data/deep');
  });

  it('a flag is judged like any other value', async () => {
    const { code, stderr } = await dryRun(['--env', 'DB_FILE=db'], project(envFile()));
    expect(code).toBe(65);
    expect(stderr).toBe(
      `error: \`DB_FILE\` is \`db\` (--env): ${ABOUT.file}\nhint: write for instance /var/lib/gantry/db\n`,
    );
  });

  it('--env-file stands in for .env', async () => {
    const files = { ...project(envFile()).files, [`${FOLDER}/other.env`]: envFile({ DB_FILE: null }) };
    const { code, stderr } = await dryRun(['--env-file', 'other.env'], { files });
    expect(code).toBe(65);
    expect(stderr).toContain('`DB_FILE` is not set anywhere');
    expect(stderr).toContain('into other.env');
  });

  it('a file that --env-file names must be there', async () => {
    const { code, stderr } = await dryRun(['--env-file', 'none.env'], project(envFile()));
    expect({ code, stderr }).toEqual({
      code: 66,
      stderr: 'error: the env file `none.env` does not exist\nhint: write it, or correct the path\n',
    });
  });

  it('a name that looks like a known one is told', async () => {
    const { code, stderr } = await dryRun([], project(envFile({ PROMETHEUS_COOKY: 'hunter2' })));
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr:
        'warning: .env:6: `PROMETHEUS_COOKY` is not a variable of this profile; did you mean `PROMETHEUS_COOKIE`? If not, declare it: [env.PROMETHEUS_COOKY] in podctl.toml\n',
    });
  });

  it('a name that differs by its case alone is refused', async () => {
    const { code, stderr } = await dryRun([], project(envFile({ prometheus_cookie: 'hunter2' })));
    expect({ code, stderr }).toEqual({
      code: 65,
      stderr:
        'error: .env:6: `prometheus_cookie` is not a variable of this profile\nhint: did you mean `PROMETHEUS_COOKIE`? If not, declare it: [env.prometheus_cookie] in podctl.toml\n',
    });
  });
});
