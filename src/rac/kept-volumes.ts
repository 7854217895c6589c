import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PodctlError } from '../core/errors.js';
import type { Api } from '../engine/api.js';
import type { VolumeStore } from '../engine/clean/volume-store.js';
import { toVolume } from '../engine/inspect.js';
import { asList, asObject, asText, asTextRecord, parseJson } from '../engine/json.js';
import type { Files } from '../io/files.js';
import { removeKept } from '../io/kept-archive.js';
import type { VolumeFacts } from '../spec/facts.js';

export type KeptVolumesDeps = {
  readonly api: Pick<Api, 'call'>;
  readonly store: VolumeStore;
  readonly files: Files;
  readonly home: string;
  readonly instance: string;
};

/** Volumes of one RAC on their way into its folder and back, for `down --purge` and `undo`. */
export type KeptVolumes = {
  /** Names of those that are on the engine now. */
  readonly list: () => Promise<readonly string[]>;
  /** Throws REFUSED when one of them cannot be kept. */
  readonly check: () => Promise<void>;
  /** Archives each that is there; from then on the folder has everything. A run that was cut off is carried on. */
  readonly keep: () => Promise<void>;
  /** Makes each kept volume anew with what was in it, and takes the archives away. How many there were. */
  readonly bringBack: () => Promise<number>;
};

type Kept = { readonly volume: VolumeFacts; readonly at: string };

export function openKeptVolumes(deps: KeptVolumesDeps): KeptVolumes {
  return {
    list: async () => (await volumesOf(deps)).map(({ name }) => name),
    check: () => check(deps),
    keep: () => keep(deps),
    bringBack: () => bringBack(deps),
  };
}

/** The folder of archives in a home folder, and the document that names them: it is there when all of them are. */
export function keptPaths(home: string): { readonly folder: string; readonly document: string } {
  const folder = join(home, 'kept');
  return { folder, document: join(folder, 'volumes.json') };
}

/** Whether a purge or an undo of that home folder was cut off: what was in its volumes is kept there, and waits to be filled in. */
export async function isCutOff(home: string, files: Pick<Files, 'readText'>): Promise<boolean> {
  return (await files.readText(keptPaths(home).document)) !== null;
}

/** Names of the volumes that such a document lists. */
export function keptNames(text: string): readonly string[] {
  return keptIn(text).map(({ volume }) => volume.name);
}

async function volumesOf({ api, instance }: KeptVolumesDeps): Promise<readonly VolumeFacts[]> {
  const { Volumes: volumes } = asObject(await api.call({ method: 'GET', path: '/volumes' }));
  const all = asList(volumes).map((one) => toVolume(asObject(one)));
  return all.filter(({ name }) => name.startsWith(`rac-${instance}-`));
}

async function check(deps: KeptVolumesDeps): Promise<void> {
  for (const volume of await volumesOf(deps)) {
    const why = await deps.store.refuses(volume);
    if (why === null) continue;
    throw new PodctlError('REFUSED', `volume ${volume.name} cannot be kept: ${why}`, {
      hint: '--no-snapshot empties it for good',
    });
  }
}

async function keep(deps: KeptVolumesDeps): Promise<void> {
  const { folder, document } = keptPaths(deps.home);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const volumes = await volumesOf(deps);
  const earlier = keptIn((await deps.files.readText(document)) ?? '');
  // What an earlier run has kept and removed already.
  const before = earlier.filter(({ volume }) => volumes.every(({ name }) => name !== volume.name));
  const now: Kept[] = [];
  for (const volume of volumes) {
    const at = `${volume.name}.tar`;
    await deps.store.keep(volume, join(folder, at));
    now.push({ volume, at });
  }
  await deps.files.writeText(document, `${JSON.stringify([...before, ...now], null, 2)}\n`, 0o600);
}

async function bringBack(deps: KeptVolumesDeps): Promise<number> {
  const { folder, document } = keptPaths(deps.home);
  const all = keptIn((await deps.files.readText(document)) ?? '');
  for (const { volume, at } of all) {
    await deps.store.fill(await makeAnew(volume, deps), join(folder, at));
  }
  await deps.files.removeFile(document);
  for (const { at } of all) await removeKept(join(folder, at));
  await rm(folder, { recursive: true, force: true });
  return all.length;
}

// An empty one: a run that was cut off may have left it half full.
async function makeAnew(volume: VolumeFacts, deps: KeptVolumesDeps): Promise<VolumeFacts> {
  const { name: Name, driver: Driver, labels: Labels, options: DriverOpts } = volume;
  if ((await volumesOf(deps)).some(({ name }) => name === Name)) {
    await deps.api.call({ method: 'DELETE', path: `/volumes/${Name}` });
  }
  const body = { Name, Driver, Labels, DriverOpts };
  return toVolume(asObject(await deps.api.call({ method: 'POST', path: '/volumes/create', body })));
}

function keptIn(text: string): readonly Kept[] {
  return asList(parseJson(text)).map((one) => {
    const { volume, at } = asObject(one);
    const { name, driver, options, labels } = asObject(volume);
    const facts = { name: asText(name), driver: asText(driver) };
    return { volume: { ...facts, options: asTextRecord(options), labels: asTextRecord(labels) }, at: asText(at) };
  });
}
