import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PodctlError } from '../core/errors.js';
import { openVolumeStore } from '../engine/clean/volume-store.js';
import { toVolume } from '../engine/inspect.js';
import { asList, asObject, asText, asTextRecord, parseJson } from '../engine/json.js';
import type { Files } from '../io/files.js';
import type { Host } from '../io/host.js';
import { removeKept } from '../io/kept-archive.js';
import type { VolumeFacts } from '../spec/facts.js';
import type { RacEngine } from './engine.js';

export type KeptVolumesDeps = {
  readonly engine: RacEngine;
  readonly host: Host;
  readonly files: Files;
  readonly home: string;
  readonly instance: string;
};

/** Volumes of one RAC on their way into its folder and back, for `down --purge` and `undo`. */
export type KeptVolumes = {
  /** Those that are on the engine now. Throws REFUSED for one that cannot be kept. */
  readonly list: () => Promise<readonly VolumeFacts[]>;
  /** Archives each that is there; from then on the folder has everything. A run that was cut off is carried on. */
  readonly keep: () => Promise<void>;
  /** Makes each kept volume anew with what was in it, and takes the archives away. How many there were. */
  readonly bringBack: () => Promise<number>;
};

type Kept = { readonly volume: VolumeFacts; readonly at: string };

export function openKeptVolumes({ engine, host, files, home, instance }: KeptVolumesDeps): KeptVolumes {
  const { api, found } = engine;
  const folder = join(home, 'kept');
  const document = join(folder, 'volumes.json');
  const store = openVolumeStore(found, `rac-${instance}`, { host, files });
  const there = async (): Promise<readonly VolumeFacts[]> => {
    const { Volumes: volumes } = asObject(await api.call({ method: 'GET', path: '/volumes' }));
    const all = asList(volumes).map((one) => toVolume(asObject(one)));
    return all.filter(({ name }) => name.startsWith(`rac-${instance}-`));
  };
  const kept = async (): Promise<readonly Kept[]> => keptIn((await files.readText(document)) ?? '');
  return {
    list: async () => {
      const volumes = await there();
      for (const volume of volumes) {
        const why = await store.refuses(volume);
        if (why === null) continue;
        throw new PodctlError('REFUSED', `volume ${volume.name} cannot be kept: ${why}`, {
          hint: '--no-snapshot empties it for good',
        });
      }
      return volumes;
    },
    keep: async () => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const volumes = await there();
      // What an earlier run has kept and removed already.
      const before = (await kept()).filter(({ volume }) => volumes.every(({ name }) => name !== volume.name));
      const now: Kept[] = [];
      for (const volume of volumes) {
        const at = join(folder, `${volume.name}.tar`);
        await store.keep(volume, at);
        now.push({ volume, at: `${volume.name}.tar` });
      }
      await files.writeText(document, `${JSON.stringify([...before, ...now], null, 2)}\n`, 0o600);
    },
    bringBack: async () => {
      const all = await kept();
      for (const { volume, at } of all) {
        if ((await there()).some(({ name }) => name === volume.name)) {
          await api.call({ method: 'DELETE', path: `/volumes/${volume.name}` });
        }
        const { name: Name, driver: Driver, labels: Labels, options: DriverOpts } = volume;
        const body = { Name, Driver, Labels, DriverOpts };
        const made = await api.call({ method: 'POST', path: '/volumes/create', body });
        await store.fill(toVolume(asObject(made)), join(folder, at));
      }
      await files.removeFile(document);
      for (const { at } of all) await removeKept(join(folder, at));
      await rm(folder, { recursive: true, force: true });
      return all.length;
    },
  };
}

function keptIn(text: string): readonly Kept[] {
  return asList(parseJson(text)).map((one) => {
    const { volume, at } = asObject(one);
    const { name, driver, options, labels } = asObject(volume);
    const facts = { name: asText(name), driver: asText(driver) };
    return { volume: { ...facts, options: asTextRecord(options), labels: asTextRecord(labels) }, at: asText(at) };
  });
}
