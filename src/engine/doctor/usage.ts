import type { Reclaimable } from '../../plan/doctor/disk.js';
import type { Tools } from '../ask.js';
import type { FoundEngine } from '../engine.js';
import { asList, asObject, asText, type Json, parseJson } from '../json.js';

const LIMIT_MS = 5_000;

/** What the engine counts as not used, in bytes; null: it does not count, or not in time. */
export async function askUsage({ facts, connection }: FoundEngine, { probe, run }: Tools): Promise<Reclaimable | null> {
  const { address } = connection;
  if (address !== null && facts.name === 'docker') {
    const { status, json } = await probe(address, { path: '/system/df', timeout: LIMIT_MS });
    return status === 200 ? fromApi(asObject(json)) : null;
  }
  if (address !== null && facts.name === 'podman') {
    const { status, json } = await probe(address, { path: '/v4.0.0/libpod/system/df', timeout: LIMIT_MS });
    return status === 200 ? fromLibpod(asObject(json)) : null;
  }
  if (facts.name === 'nerdctl') return null;
  // Podman 4.3 takes `json` for a text to print.
  const args = ['system', 'df', '--format', '{{json .}}'];
  const ended = await run({ file: connection.program, args: [...connection.globals, ...args], timeout: LIMIT_MS });
  return ended.exitCode === 0 ? fromRows(rowsOf(ended.stdout)) : null;
}

/** From docker's /system/df. Newer engines count themselves. */
export function fromApi(df: Json): Reclaimable {
  if ('ImageUsage' in df) return counted(df);
  const images = asList(df['Images']).map(asObject);
  const used = images.filter((image) => number(image['Containers']) > 0);
  const kept = sum(used.map((image) => number(image['Size']) - number(image['SharedSize'])));
  const stopped = asList(df['Containers'])
    .map(asObject)
    .filter((one) => asText(one['State']) !== 'running');
  const volumes = asList(df['Volumes']).map((volume) => asObject(asObject(volume)['UsageData']));
  const cache = asList(df['BuildCache']).map(asObject);
  return {
    images: images.length === used.length ? 0 : Math.max(0, number(df['LayersSize']) - kept),
    containers: sum(stopped.map((one) => number(one['SizeRw']))),
    volumes: sum(volumes.filter((usage) => number(usage['RefCount']) === 0).map((usage) => number(usage['Size']))),
    buildCache: sum(
      cache.filter((one) => one['InUse'] !== true && one['Shared'] !== true).map((one) => number(one['Size'])),
    ),
  };
}

function counted(df: Json): Reclaimable {
  const of = (part: string): number => number(asObject(df[part])['Reclaimable']);
  return {
    images: of('ImageUsage'),
    containers: of('ContainerUsage'),
    volumes: of('VolumeUsage'),
    buildCache: of('BuildCacheUsage'),
  };
}

/** From podman's own /system/df, as its program sums it up; an image with two names is there twice, and counted once. */
export function fromLibpod(df: Json): Reclaimable {
  const rows = (part: string): readonly Json[] => asList(df[part]).map(asObject);
  const images = new Map(rows('Images').map((image) => [asText(image['ImageID']), image]));
  return {
    images: sum(
      [...images.values()].filter((one) => number(one['Containers']) === 0).map((one) => number(one['Size'])),
    ),
    containers: sum(rows('Containers').flatMap((one) => (one['Status'] === 'running' ? [] : [number(one['RWSize'])]))),
    volumes: sum(rows('Volumes').map((volume) => number(volume['ReclaimableSize']))),
    buildCache: null,
  };
}

/** From the rows of `system df`. */
export function fromRows(rows: readonly Json[]): Reclaimable {
  const of = (type: RegExp): number | null => {
    const row = rows.find((one) => type.test(asText(one['Type'])));
    return row === undefined ? null : reclaimable(row);
  };
  return {
    images: of(/image/i),
    containers: of(/container/i),
    volumes: of(/volume/i),
    buildCache: of(/cache/i),
  };
}

function rowsOf(text: string): readonly Json[] {
  return text.split('\n').map((line) => asObject(parseJson(line)));
}

// `1.2GB (80%)`; podman gives the bytes, newer ones beside it.
function reclaimable(row: Json): number | null {
  const raw = row['RawReclaimable'] ?? row['Reclaimable'];
  if (typeof raw === 'number') return raw;
  const match = /^([\d.]+)\s*([kMGTP]?)B(?: |$)/.exec(asText(row['Reclaimable']));
  if (match === null) return null;
  return Math.round(Number(match[1]) * 1000 ** ['', 'k', 'M', 'G', 'T', 'P'].indexOf(match[2] ?? ''));
}

function number(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? Math.max(0, value) : 0;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
