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
  if (facts.name === 'nerdctl') return null;
  const args = ['system', 'df', '--format', facts.name === 'docker' ? '{{json .}}' : 'json'];
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

/** From the rows of `system df`: docker writes one object a line, podman a list. */
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
  const whole = parseJson(text);
  if (Array.isArray(whole)) return asList(whole).map(asObject);
  return text.split('\n').map((line) => asObject(parseJson(line)));
}

// `1.2GB (80%)`; newer podman gives the bytes beside it.
function reclaimable(row: Json): number | null {
  const raw = row['RawReclaimable'];
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
