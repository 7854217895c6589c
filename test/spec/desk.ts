import type { ResolvedContainer, ResolvedProfile } from '../../src/profile/resolved.js';
import type { EngineFacts, HostFacts, ImageFacts } from '../../src/spec/facts.js';
import type { SpecFlags, SpecRequest } from '../../src/spec/request.js';
import { type ContainerSpec, EMPTY_SPEC, type Mount } from '../../src/spec/spec.js';
import { BIND, DOCKER } from '../support/samples.js';

export { errorOf } from '../support/samples.js';

/** Rootful docker of today, or what is changed of it. */
export function engine(changes: Partial<EngineFacts> = {}): EngineFacts {
  return { ...DOCKER, ...changes };
}

/** Rootless podman of today, or what is changed of it. */
export function rootlessPodman(changes: Partial<EngineFacts> = {}): EngineFacts {
  return { ...DOCKER, name: 'podman', version: '5.4.0', rootless: true, ...changes };
}

export const ME: HostFacts = { platform: 'linux', uid: 1001, gid: 1002, home: '/home/me' };

export function mount(changes: Partial<Mount> = {}): Mount {
  return { ...BIND, source: '/work/project/data', ...changes };
}

export function image(changes: Partial<ImageFacts> = {}): ImageFacts {
  return {
    ref: 'app:1',
    id: 'sha256:1',
    entrypoint: null,
    cmd: null,
    user: '',
    workdir: '',
    exposed: [],
    volumes: [],
    labels: {},
    env: {},
    arch: 'amd64',
    os: 'linux',
    ...changes,
  };
}

type Changes = Partial<Omit<ResolvedProfile, 'container' | 'command'>> & {
  readonly container?: Partial<ResolvedContainer>;
  readonly command?: Partial<ResolvedProfile['command']>;
};

/** A profile `demo` with one image `app:1`, and a command `serve` without arguments. */
export function resolved({ container, command, ...changes }: Changes = {}): ResolvedProfile {
  return {
    name: 'demo',
    mode: null,
    images: { app: { key: 'app', name: 'app', tag: '1', args: {}, labels: {} } },
    image: 'app',
    uses: { variables: [], names: [] },
    origins: {},
    ...changes,
    command: { name: 'serve', args: [], ports: true, ...command },
    container: { mounts: [], ports: [], env: [], secrets: [], envFiles: [], ...container },
  };
}

type RequestChanges = Partial<Omit<SpecRequest, 'flags'>> & { readonly flags?: Partial<SpecFlags> };

/** An attached run off a terminal, on rootful docker, by `ME` in /work/project. */
export function request({ flags, ...changes }: RequestChanges = {}): SpecRequest {
  return {
    engine: engine(),
    host: ME,
    image: image(),
    containerName: 'demo-serve',
    labels: { 'podctl.project': 'demo-1' },
    terminal: { stdin: false, stdout: false },
    cwd: '/work/project',
    flavour: 'posix',
    ...changes,
    flags: { args: [], ports: [], image: null, tag: null, mounts: [], env: [], detach: false, ...flags },
  };
}

/** A spec with an image and a name, and what is changed of it. */
export function spec(changes: Partial<ContainerSpec> = {}): ContainerSpec {
  return { ...EMPTY_SPEC, name: 'c', image: 'app:1', ...changes };
}
