import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { LABEL } from '../../src/core/project.js';
import { settleContract } from '../../src/profile/contract.js';
import { composeProfile, type LoadedProfile } from '../../src/profile/merge.js';
import { parseProfile } from '../../src/profile/parse.js';
import { resolveProfile } from '../../src/profile/resolve.js';
import { renderRun } from '../../src/render/argv/run.js';
import { argvOf } from '../../src/render/argv/way.js';
import { splitEnv } from '../../src/render/env-file.js';
import { buildSpec } from '../../src/spec/build.js';
import type { EngineFacts, EngineName } from '../../src/spec/facts.js';
import { lowerSpec } from '../../src/spec/lower.js';
import { ENGINES, wayOf } from './desk.js';

const FOLDER = new URL('../../profiles/', import.meta.url);

function factsOf(name: EngineName): EngineFacts {
  return {
    name,
    version: '99',
    apiVersion: null,
    rootless: name === 'podman-hpc',
    selinux: false,
    vm: false,
    arch: 'amd64',
    cgroup: 2,
    usernsRemap: false,
    emulates: [],
    assumed: true,
  };
}

async function loaded(file: string): Promise<LoadedProfile> {
  return composeProfile([await parseProfile({ file, text: readFileSync(new URL(file, FOLDER), 'utf8') })]);
}

type Choice = {
  readonly profile: string;
  /** Empty for a profile without modes. */
  readonly mode: string;
  readonly command: string;
  readonly engine: EngineName;
};

/** What the profiles need from outside. */
const OUTSIDE = {
  DESI_SPECTRO_REDUX: '/data/redux',
  PANDIR: '/data/pan',
  PROMETHEUS_URL: 'https://prometheus.example.org/api/v1',
  GITLAB_URL: 'https://gitlab.example.org/api/v4/projects/2',
  GITLAB_API_TOKEN: 'glpat-1',
  GITLAB_WEBHOOK_TOKEN: 'word',
  DB_FILE: '/var/lib/gantry/db',
};
const ENV_FILE = '/run/podctl/work.env';

/** The argv of a start, from the shipped file on: /work is the project, /data/redux the tree. */
async function argvFor({ profile, mode, command, engine }: Choice): Promise<readonly string[]> {
  const found = await loaded(`${profile}.toml`);
  const names = { config: '/work/config.toml', project: '/work' };
  const outside = Object.fromEntries(Object.entries(OUTSIDE).map(([name, value]) => [name, { value }]));
  const { declared, variables } = settleContract(found, { variables: outside, flags: [], names });
  const contract = { declared, problems: [] };
  const resolved = resolveProfile(found, { mode: mode || null, command, variables, names, contract });
  const facts = factsOf(engine);
  const built = buildSpec(resolved, {
    engine: facts,
    host: { platform: 'linux', uid: 1000, gid: 1000, home: '/home/me' },
    image: null,
    containerName: `work-${command}`,
    labels: { [LABEL.project]: 'work-1f2e', ...(mode === '' ? {} : { [LABEL.mode]: mode }) },
    flags: { args: [], ports: [], image: null, tag: null, mounts: [], env: [], detach: false },
    terminal: { stdin: false, stdout: false },
    cwd: '/work',
    flavour: 'posix',
  });
  const spec = lowerSpec(built.spec, facts, 'cli');
  const { file, inline } = splitEnv(spec.env);
  expect(inline).toEqual({});
  const envFile = file === null ? null : ENV_FILE;
  return argvOf(renderRun(spec, { ...wayOf(engine), shape: built.shape, envFile, inlineEnv: [] }));
}

// Engines agree on the shipped profiles, so a row holds for all four: what stands behind the program.
const ROWS: [profile: string, mode: string, command: string, argv: string[]][] = [
  [
    'desi-api',
    'public',
    'server',
    [
      'run',
      '--detach=false',
      '--rm',
      '--name',
      'work-server',
      '--label',
      'podctl.project=work-1f2e',
      '--label',
      'podctl.mode=public',
      '--init',
      '--interactive',
      '--mount',
      'type=volume,src=desi-api-cache,target=/cache',
      '--mount',
      'type=bind,src=/work/config.toml,target=/config/config.toml,readonly',
      '--mount',
      'type=bind,src=/data/redux/fuji,target=/desi/spectro/redux/fuji,readonly',
      '--mount',
      'type=bind,src=/data/redux/iron,target=/desi/spectro/redux/iron,readonly',
      '-p',
      '127.0.0.1:5000:5000',
      'desiapi:dev',
      '--',
      'server',
      '-c',
      '/config/config.toml',
    ],
  ],
  [
    'desi-api',
    'private',
    'server',
    [
      'run',
      '--detach=false',
      '--rm',
      '--name',
      'work-server',
      '--label',
      'podctl.project=work-1f2e',
      '--label',
      'podctl.mode=private',
      '--init',
      '--interactive',
      '--mount',
      'type=volume,src=desi-api-cache,target=/cache',
      '--mount',
      'type=bind,src=/work/config.toml,target=/config/config.toml,readonly',
      '--mount',
      'type=bind,src=/data/redux,target=/desi/spectro/redux,readonly',
      '-p',
      '127.0.0.1:5000:5000',
      'desiapi:dev',
      '--',
      'server',
      '-c',
      '/config/config.toml',
    ],
  ],
  [
    'desi-api',
    'public',
    'clean_cache',
    [
      'run',
      '--detach=false',
      '--rm',
      '--name',
      'work-clean_cache',
      '--label',
      'podctl.project=work-1f2e',
      '--label',
      'podctl.mode=public',
      '--init',
      '--interactive',
      '--mount',
      'type=volume,src=desi-api-cache,target=/cache',
      '--mount',
      'type=bind,src=/work/config.toml,target=/config/config.toml,readonly',
      '--mount',
      'type=bind,src=/data/redux/fuji,target=/desi/spectro/redux/fuji,readonly',
      '--mount',
      'type=bind,src=/data/redux/iron,target=/desi/spectro/redux/iron,readonly',
      'desiapi:dev',
      '--',
      'clean_cache',
      '-c',
      '/config/config.toml',
    ],
  ],
  [
    'desi-api',
    'private',
    'clean_cache',
    [
      'run',
      '--detach=false',
      '--rm',
      '--name',
      'work-clean_cache',
      '--label',
      'podctl.project=work-1f2e',
      '--label',
      'podctl.mode=private',
      '--init',
      '--interactive',
      '--mount',
      'type=volume,src=desi-api-cache,target=/cache',
      '--mount',
      'type=bind,src=/work/config.toml,target=/config/config.toml,readonly',
      '--mount',
      'type=bind,src=/data/redux,target=/desi/spectro/redux,readonly',
      'desiapi:dev',
      '--',
      'clean_cache',
      '-c',
      '/config/config.toml',
    ],
  ],
  [
    'desi-api',
    'public',
    'emergency_clean_cache',
    [
      'run',
      '--detach=false',
      '--rm',
      '--name',
      'work-emergency_clean_cache',
      '--label',
      'podctl.project=work-1f2e',
      '--label',
      'podctl.mode=public',
      '--init',
      '--interactive',
      '--mount',
      'type=volume,src=desi-api-cache,target=/cache',
      '--mount',
      'type=bind,src=/work/config.toml,target=/config/config.toml,readonly',
      '--mount',
      'type=bind,src=/data/redux/fuji,target=/desi/spectro/redux/fuji,readonly',
      '--mount',
      'type=bind,src=/data/redux/iron,target=/desi/spectro/redux/iron,readonly',
      'desiapi:dev',
      '--',
      'emergency_clean_cache',
      '-c',
      '/config/config.toml',
    ],
  ],
  [
    'desi-api',
    'private',
    'emergency_clean_cache',
    [
      'run',
      '--detach=false',
      '--rm',
      '--name',
      'work-emergency_clean_cache',
      '--label',
      'podctl.project=work-1f2e',
      '--label',
      'podctl.mode=private',
      '--init',
      '--interactive',
      '--mount',
      'type=volume,src=desi-api-cache,target=/cache',
      '--mount',
      'type=bind,src=/work/config.toml,target=/config/config.toml,readonly',
      '--mount',
      'type=bind,src=/data/redux,target=/desi/spectro/redux,readonly',
      'desiapi:dev',
      '--',
      'emergency_clean_cache',
      '-c',
      '/config/config.toml',
    ],
  ],
  [
    'gantry',
    '',
    'serve',
    [
      'run',
      '--detach=false',
      '--rm',
      '--name',
      'work-serve',
      '--label',
      'podctl.project=work-1f2e',
      '--init',
      '--interactive',
      '--env-file',
      '/run/podctl/work.env',
      '--mount',
      'type=volume,src=gantry-data,target=/var/lib/gantry',
      '-p',
      '127.0.0.1:8080:8080',
      'gantry:latest',
    ],
  ],
  [
    'panoptes-utils',
    'develop',
    'utils',
    [
      'run',
      '--detach=false',
      '--rm',
      '--name',
      'work-utils',
      '--label',
      'podctl.project=work-1f2e',
      '--label',
      'podctl.mode=develop',
      '--init',
      '--interactive',
      '--mount',
      'type=bind,src=/data/pan/panoptes-utils,target=/var/panoptes/panoptes-utils',
      '--mount',
      'type=bind,src=/data/pan/logs,target=/var/panoptes/logs',
      'panoptes-utils:develop',
    ],
  ],
  [
    'panoptes-utils',
    'latest',
    'utils',
    [
      'run',
      '--detach=false',
      '--rm',
      '--name',
      'work-utils',
      '--label',
      'podctl.project=work-1f2e',
      '--label',
      'podctl.mode=latest',
      '--init',
      '--interactive',
      'gcr.io/panoptes-exp/panoptes-utils:latest',
    ],
  ],
  [
    'panoptes-utils',
    'develop',
    'run-tests',
    [
      'run',
      '--detach=false',
      '--rm',
      '--name',
      'work-run-tests',
      '--label',
      'podctl.project=work-1f2e',
      '--label',
      'podctl.mode=develop',
      '--init',
      '--interactive',
      '--mount',
      'type=bind,src=/data/pan/panoptes-utils,target=/var/panoptes/panoptes-utils',
      '--mount',
      'type=bind,src=/data/pan/logs,target=/var/panoptes/logs',
      'panoptes-utils:develop',
      '/var/panoptes/panoptes-utils/scripts/testing/run-tests.sh',
    ],
  ],
  [
    'panoptes-utils',
    'latest',
    'run-tests',
    [
      'run',
      '--detach=false',
      '--rm',
      '--name',
      'work-run-tests',
      '--label',
      'podctl.project=work-1f2e',
      '--label',
      'podctl.mode=latest',
      '--init',
      '--interactive',
      'gcr.io/panoptes-exp/panoptes-utils:latest',
      '/var/panoptes/panoptes-utils/scripts/testing/run-tests.sh',
    ],
  ],
];

describe.each(ENGINES)('the shipped profiles on %s', (engine) => {
  test.each(ROWS)('%s, mode %s, %s', async (profile, mode, command, argv) => {
    expect(await argvFor({ profile, mode, command, engine })).toEqual([engine, ...argv]);
  });
});

test('every shipped profile, mode and command has a row', async () => {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.toml'));
  const wanted = await Promise.all(
    files.map(async (file) => {
      const { profile } = await loaded(file);
      const modes = Object.keys(profile.modes);
      const commands = Object.keys(profile.commands);
      return (modes.length === 0 ? [''] : modes).flatMap((mode) =>
        commands.map((command) => `${profile.name} ${mode} ${command}`),
      );
    }),
  );
  expect(ROWS.map((row) => row.slice(0, 3).join(' ')).toSorted()).toEqual(wanted.flat().toSorted());
});
