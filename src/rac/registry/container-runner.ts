import { join } from 'node:path';
import { PodctlError } from '../../core/errors.js';
import { shortHash } from '../../core/hash.js';
import type { Api } from '../../engine/api.js';
import type { Files } from '../../io/files.js';
import { type ContainerCalls, type ContainerWish, containerCalls } from './container-calls.js';
import { versionIn } from './find-registry.js';
import { lastOf, notCollected } from './not-collected.js';
import type { RegistryRunner } from './runner.js';

export type ContainerRunnerDeps = {
  readonly api: Api;
  readonly files: Files;
  /** RAC's registry folder: the container sees it read-only. */
  readonly folder: string;
  /** Of this RAC. */
  readonly instance: string;
};

const INSIDE = '/etc/rac';
const CONFIG = `${INSIDE}/config.yml`;
/** In a volume: only the engine finds it on the machine. */
const LAYERS = { data: '/var/lib/registry', dataIsHere: false } as const;
const CONFIG_LABEL = 'podctl.rac.config';

/**
 * Distribution's image in a container of the engine, with its layers in a named volume. The image's own entrypoint is used. Its config,
 * which may hold the keys of S3, is only there as long as the container is.
 */
export async function containerRunner(image: string, deps: ContainerRunnerDeps): Promise<RegistryRunner> {
  const { instance } = deps;
  const calls = containerCalls(deps.api);
  const name = `rac-${instance}-registry`;
  const wish = (cmd: readonly string[], more: Partial<ContainerWish> = {}): ContainerWish => ({
    ...wishOf(image, deps),
    name,
    cmd,
    ...more,
  });
  const version = await versionOf(calls, wish(['--version'], { name: `${name}-version`, binds: [] }));
  const file = configFile(deps);
  return {
    about: () => `Distribution ${version} (image ${image})`,
    ...LAYERS,
    fileInside: (one) => `${INSIDE}/${one}`,
    start: async (config) => {
      file.remember(config);
      const seen = await calls.look(name);
      if (seen?.running === true && seen.labels[CONFIG_LABEL] === hashOf(image, config)) return;
      await calls.remove(name);
      await file.write();
      await calls.ensureVolume(registryVolume(instance), labelsOf(instance));
      const labels = { ...labelsOf(instance), [CONFIG_LABEL]: hashOf(image, config) };
      await calls.start(wish(['serve', CONFIG], { labels }));
    },
    runs: async () => (await calls.look(name))?.running === true,
    stop: async () => {
      await calls.remove(name);
      await file.remove();
    },
    collect: async () => {
      await file.write();
      const { exitCode, said } = await calls.runOnce(wish(['garbage-collect', CONFIG], { name: `${name}-collect` }));
      if (exitCode === 0) return said;
      throw notCollected(said);
    },
    lastLines: async () => lastOf(await calls.lines(name, 5), 5),
  };
}

function hashOf(image: string, config: string): string {
  return shortHash(`${image}\n${config}`);
}

/** The config where the container finds it: the last one that is remembered, also for a collection after it was removed. */
function configFile({ files, folder }: ContainerRunnerDeps) {
  const path = join(folder, 'config.yml');
  let last = '';
  return {
    remember: (config: string): void => {
      last = config;
    },
    write: () => files.writeText(path, last, 0o600),
    remove: () => files.removeFile(path),
  };
}

/** What its containers have in common, whatever they do. */
function wishOf(image: string, { folder, instance }: ContainerRunnerDeps): Omit<ContainerWish, 'name' | 'cmd'> {
  return {
    image,
    env: { OTEL_TRACES_EXPORTER: 'none' },
    binds: [`${folder}:${INSIDE}:ro`, `${registryVolume(instance)}:${LAYERS.data}`],
    labels: labelsOf(instance),
  };
}

function labelsOf(instance: string): Readonly<Record<string, string>> {
  return { 'podctl.rac': instance, 'podctl.rac.role': 'registry' };
}

/** Name of the volume that holds the layers of a RAC. */
function registryVolume(instance: string): string {
  return `rac-${instance}-registry`;
}

async function versionOf(calls: ContainerCalls, wish: ContainerWish): Promise<string> {
  const { said } = await calls.runOnce(wish);
  const version = versionIn(said);
  if (version !== null) return version;
  throw new PodctlError('BAD_DATA', `\`${wish.image}\` is no image of Distribution's registry`, {
    hint: 'take registry:2 or registry:3',
  });
}
