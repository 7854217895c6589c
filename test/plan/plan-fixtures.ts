import { LABEL } from '../../src/core/project.js';
import type { RunInput } from '../../src/plan/run-input.js';
import type { ContainerFacts } from '../../src/spec/facts.js';
import { type ContainerSpec, EMPTY_SPEC, type Mount } from '../../src/spec/spec.js';
import { BIND, DOCKER } from '../support/samples.js';

export const ENGINE = DOCKER;

export const LABELS = {
  [LABEL.project]: 'app-1234',
  [LABEL.profile]: 'desi-api',
  [LABEL.mode]: 'public',
  [LABEL.command]: 'server',
};

const MOUNT: Mount = { ...BIND, readOnly: true };

/** A read-only bind, with parts changed. */
export function bind(source: string, parts: Partial<Mount> = {}): Mount {
  return { ...MOUNT, source, ...parts };
}

/** A named volume, with parts changed. */
export function volume(source: string, parts: Partial<Mount> = {}): Mount {
  return { ...MOUNT, type: 'volume', source, readOnly: false, key: source, target: `/${source}`, ...parts };
}

/** A small container, with parts changed. */
export function spec(parts: Partial<ContainerSpec> = {}): ContainerSpec {
  return { ...EMPTY_SPEC, name: 'app-server', image: 'desiapi:dev', labels: LABELS, ...parts };
}

/** A start on docker through its program, with parts changed. */
export function runInput(parts: Partial<RunInput> = {}): RunInput {
  return {
    profile: 'desi-api',
    mode: 'public',
    engine: ENGINE,
    connection: { program: 'docker', globals: [], address: 'unix:///var/run/docker.sock' },
    spec: spec(),
    shape: { detach: false, remove: true },
    via: 'cli',
    envFile: '/run/user/1000/podctl/app-server.env',
    image: { presence: 'present', buildable: null },
    named: null,
    lease: 'none',
    volumes: {},
    missing: new Set(),
    leftSecrets: [],
    ...parts,
  };
}

/** A container of this project, with parts changed. */
export function container(parts: Partial<ContainerFacts> = {}): ContainerFacts {
  return {
    id: 'f00d',
    name: 'app-server',
    image: 'desiapi:dev',
    state: 'running',
    exitCode: null,
    oomKilled: false,
    startedAt: null,
    labels: LABELS,
    mounts: [],
    ports: [{ address: '127.0.0.1', hostPort: 5000, containerPort: 5000, protocol: 'tcp' }],
    ...parts,
  };
}
