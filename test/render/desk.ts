import { renderRun } from '../../src/render/argv/run.js';
import { argvOf, type RunOptions, type Way } from '../../src/render/argv/way.js';
import { splitEnv } from '../../src/render/env-file.js';
import type { EngineFacts, EngineName } from '../../src/spec/facts.js';
import { type ContainerSpec, EMPTY_SPEC, type Mount, type PublishedPort } from '../../src/spec/spec.js';
import { BIND, errorOf } from '../support/samples.js';

export const ENGINES = ['docker', 'podman', 'nerdctl', 'podman-hpc'] as const satisfies readonly EngineName[];

export function wayOf(engine: EngineName): Way {
  return { engine, version: '99', program: engine, globals: [] };
}

/** An engine behind an API. */
export function target(name: EngineName, rootless = false): Pick<EngineFacts, 'name' | 'rootless'> {
  return { name, rootless };
}

/** The image `app:1` and nothing else, or what is changed of it. */
export function spec(changes: Partial<ContainerSpec> = {}): ContainerSpec {
  return { ...EMPTY_SPEC, image: 'app:1', ...changes };
}

export function mount(changes: Partial<Mount> = {}): Mount {
  return { ...BIND, source: '/srv/data', ...changes };
}

export function port(changes: Partial<PublishedPort> = {}): PublishedPort {
  return { key: 'http', address: '127.0.0.1', hostPort: 5000, containerPort: 5000, protocol: 'tcp', ...changes };
}

/** The argv of an attached run that keeps its container; an env file, where one is needed, is `/run/env`. */
export function argv(engine: EngineName, wanted: ContainerSpec, more: Partial<RunOptions> = {}): readonly string[] {
  const { file, inline } = splitEnv(wanted.env);
  const options = {
    ...wayOf(engine),
    shape: { detach: false, remove: false },
    envFile: file === null ? null : '/run/env',
    inlineEnv: Object.keys(inline),
    ...more,
  };
  return argvOf(renderRun(wanted, options));
}

/** Code and text of the PodctlError that some work throws. */
export function refusalOf(work: () => unknown): readonly [string, string, string | undefined] {
  const error = errorOf(work);
  return [error.code, error.message, error.hint];
}
