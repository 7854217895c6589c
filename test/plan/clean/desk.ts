import type { CleanStep } from '../../../src/plan/clean/clean-step.js';
import type { ResetFolder, ResetInput, ResetVolume } from '../../../src/plan/clean/decide-reset.js';
import type { ContainerFacts } from '../../../src/spec/facts.js';
import { container } from '../../support/fake-engine.js';
import { DOCKER } from '../../support/samples.js';

const OWNER = { uid: 999, gid: 999, mode: 0o750 };

/** A folder of the stack's database, as root sees it on docker. */
export const MYSQL: ResetFolder = {
  kind: 'folder',
  path: '/srv/app/mysql',
  is: '8:77',
  bytes: 4096,
  owner: OWNER,
  own: true,
  next: { ...OWNER, inside: null },
  image: 'mysql:8',
};

export const VOLUME: ResetVolume = {
  kind: 'volume',
  facts: { name: 'app_minio', driver: 'local', options: {}, labels: { a: 'b' } },
  bytes: null,
  image: 'minio:1',
};

/** A container of the project that runs. */
export function own(name: string, facts: Partial<ContainerFacts> = {}): ContainerFacts {
  return container({ name, labels: { 'podctl.project': 'app-1234' }, ...facts });
}

/** What a reset of these things is decided from. */
export function resetInput(changes: Partial<ResetInput> = {}): ResetInput {
  return {
    profile: null,
    mode: null,
    engine: DOCKER,
    connection: { program: 'docker', address: 'unix:///run/docker.sock', globals: [] },
    things: [MYSQL],
    users: [own('app-mysql-1')],
    project: 'app-1234',
    snapshot: true,
    id: '20261121T033012Z',
    made: '2026-11-21T03:30:12.000Z',
    store: '/state/undo',
    ...changes,
  };
}

/** Steps in short: the argv of a command, else what is done to what. */
export function brief(steps: readonly CleanStep[]): readonly string[] {
  return steps.map((step) => {
    if (step.do === 'exec') return step.argv.join(' ');
    if (step.action === 'alone') return ['alone', ...step.paths, ...(step.users ?? []).flat()].join(' ');
    if (step.action === 'move') return `move ${step.from} ${step.path} ${step.is}`;
    if (step.action === 'make-volume') return step.exec.join(' ');
    if (step.action === 'empty') return step.exec.join(' ');
    if (step.action === 'give') return step.exec.map((argv) => argv.join(' ')).join(' && ');
    const volume = 'volume' in step ? `${step.volume.name} ` : '';
    return `${step.action} ${volume}${step.path}`;
  });
}
