import { PodctlError } from '../../core/errors.js';
import { treeBytes } from '../../io/tree-bytes.js';
import { type HistoryLine, type LayerBytes, layerBytes } from '../../plan/clean/prune-bytes.js';
import type { Contents, ImageThere, PruneList } from '../../plan/clean/prune-facts.js';
import type { FoundEngine } from '../engine.js';
import { asList, asObject, asText, type Json, parseJson } from '../json.js';
import { type AskTools, askEngine, type EngineAsk, GONE } from './prune-ask.js';
import { humanBytes, readCache, readContainer, readImage, readNetwork, readVolume } from './prune-read.js';

/** Looks at everything an engine has, and measures what a list of it weighs. Changes nothing. */
export type PruneLook = {
  readonly contents: (what: LookedFor) => Promise<Contents>;
  /** The list with what its containers wrote. */
  readonly weighed: (list: PruneList) => Promise<PruneList>;
  /** Tells the bytes of each layer of these images; null: their history does not. */
  readonly layers: (images: readonly ImageThere[]) => Promise<LayerBytes>;
  /** Sizes of layers that docker's build cache shares with images and that stay with it, as it prints them. */
  readonly held: (list: PruneList) => Promise<readonly string[]>;
  /** Bytes of each volume, by name; null: nobody can tell. */
  readonly volumes: (list: PruneList) => Promise<Readonly<Record<string, number | null>>>;
};

/** `images`: labels (`label=value`) of which some image must have one for any to be looked at; null: all are. */
export type LookedFor = {
  readonly volumes: boolean;
  readonly cache: boolean;
  readonly images: readonly string[] | null;
};

/** The look at one engine. */
export function openPruneLook(found: FoundEngine, tools: AskTools): PruneLook {
  const ask = askEngine(found, tools);
  return {
    contents: (what) => contentsOf(ask, what),
    weighed: async (list) => {
      const sizes = await ask.inspect(
        'container',
        list.containers.map(({ id }) => id),
        { size: true },
      );
      const weighed = sizes.map(readContainer);
      return {
        ...list,
        containers: list.containers.map((one) => weighed.find(({ id }) => id === one.id) ?? one),
      };
    },
    layers: async (images) => {
      const known = await Promise.all(
        topsOf(images).map(async (image) => ({ layers: image.layers, bytes: await layersOf(image, ask) })),
      );
      return ({ layers }) => {
        const top = known.find((one) => layers.every((layer, depth) => layer === one.layers[depth]));
        return top?.bytes?.slice(0, layers.length) ?? null;
      };
    },
    held: (list) => heldOf(list, ask),
    volumes: (list) => volumeBytes(list, ask),
  };
}

async function contentsOf(ask: EngineAsk, what: LookedFor): Promise<Contents> {
  const [containers, images, networks, volumes, cache] = await Promise.all([
    ask.all('container'),
    imagesOf(ask, what.images),
    ask.all('network'),
    what.volumes ? ask.all('volume') : [],
    what.cache && ask.isDocker ? cacheOf(ask) : [],
  ]);
  return {
    containers: containers.map(readContainer),
    images: images.map(readImage),
    networks: networks.map(readNetwork),
    volumes: volumes.map(readVolume),
    cache,
  };
}

// All of several hundred images take an engine seconds, those with a label a moment; and most projects have none that could go.
async function imagesOf(ask: EngineAsk, labels: LookedFor['images']): Promise<readonly Json[]> {
  const having = await Promise.all((labels ?? []).map((label) => ask.ids('image', { label })));
  if (labels !== null && having.flat().length === 0) return [];
  return ask.all('image');
}

async function heldOf({ images, cache }: PruneList, ask: EngineAsk): Promise<readonly string[]> {
  if (!ask.isDocker || images.length === 0) return [];
  const there = await cacheOf(ask);
  const stay = there.filter(({ id, shared }) => shared && !cache.some((one) => one.id === id));
  return stay.map(({ size }) => size).filter((size) => size !== '0B');
}

async function cacheOf(ask: EngineAsk): Promise<Contents['cache']> {
  const text = await ask.text(['system', 'df', '--verbose', '--format', '{{json .BuildCache}}']);
  return asList(parseJson(text)).map((entry) => readCache(asObject(entry)));
}

// An image whose layers are the lower ones of another is a part of that one, and needs no question of its own.
function topsOf(images: readonly ImageThere[]): readonly ImageThere[] {
  return images.filter(({ layers }, index) =>
    images.every(
      (other, at) =>
        at === index ||
        other.layers.length < layers.length ||
        (other.layers.length === layers.length && at > index) ||
        !layers.every((layer, depth) => layer === other.layers[depth]),
    ),
  );
}

// Docker prints a document per line, podman one list.
async function layersOf({ id, layers }: ImageThere, ask: EngineAsk): Promise<readonly number[] | null> {
  const format = ask.isDocker ? '{{json .}}' : 'json';
  const text = await ask.text(['history', '--human=false', '--no-trunc', '--format', format, id]).catch(unlessGone);
  if (text === null) return null;
  const whole = parseJson(text);
  const lines = Array.isArray(whole)
    ? whole
    : text.split('\n').flatMap((line) => (line === '' ? [] : [parseJson(line)]));
  return layerBytes(layers, lines.map(historyLine));
}

function unlessGone(error: unknown): null {
  if (error instanceof PodctlError && GONE.test(error.message)) return null;
  throw error;
}

function historyLine(value: unknown): HistoryLine {
  const line = asObject(value);
  const size = line['size'] ?? line['Size'];
  return { bytes: typeof size === 'number' ? size : Number(asText(size)), by: asText(line['CreatedBy']) };
}

async function volumeBytes({ volumes }: PruneList, ask: EngineAsk): Promise<Readonly<Record<string, number | null>>> {
  const measured = await Promise.all(
    volumes.map(async ({ facts: { name, mountpoint } }) => [name, await treeBytes(mountpoint)] as const),
  );
  if (measured.every(([, bytes]) => bytes !== null)) return Object.fromEntries(measured);
  const told = await tableOf(ask);
  return Object.fromEntries(measured.map(([name, bytes]) => [name, bytes ?? told[name] ?? null]));
}

// Only the engine's own table has them: docker as a document, podman as text.
async function tableOf(ask: EngineAsk): Promise<Readonly<Record<string, number>>> {
  if (ask.isDocker) {
    const text = await ask.text(['system', 'df', '--verbose', '--format', '{{json .Volumes}}']);
    const rows = asList(parseJson(text)).map(asObject);
    return Object.fromEntries(rows.map((row) => [asText(row['Name']), humanBytes(asText(row['Size']))]));
  }
  const text = await ask.text(['system', 'df', '--verbose']);
  const rows = text.slice(text.indexOf('VOLUME NAME')).split('\n').slice(1);
  return Object.fromEntries(
    rows.flatMap((row) => {
      const [name = '', , size = ''] = row.trim().split(/\s{2,}/);
      return name === '' ? [] : [[name, humanBytes(size)] as const];
    }),
  );
}
