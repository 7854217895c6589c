import type { Host } from '../io/host.js';
import type { HistoryEntry, ImageDetails } from '../spec/image-details.js';
import type { Tools } from './ask.js';
import type { FoundEngine } from './engine.js';
import { toImage } from './inspect.js';
import { asList, asObject, asText, asTexts, type Json, parseJson } from './json.js';
import { encodeName, makeSource, reachOf } from './observe.js';
import { probe } from './probe.js';
import { realProcesses } from './process.js';

/** Reads images whole; null for one that the engine does not have. */
export type ImageReader = (ref: string) => Promise<ImageDetails | null>;

const TIMEOUT_MS = 60_000;

/** Questions about images to an engine that was found: through its API where an address answers, else through its program. */
export function makeImageReader(
  found: FoundEngine,
  { host, tools = { probe, run: realProcesses(host).run } }: { readonly host: Host; readonly tools?: Tools },
): ImageReader {
  const source = makeSource(reachOf(found), tools);
  return async (ref) => {
    const image = await source.inspect('image', ref);
    if (image === null) return null;
    return toDetails(ref, image, await history(ref, found, tools));
  };
}

async function history(ref: string, found: FoundEngine, tools: Tools): Promise<readonly HistoryEntry[]> {
  const { address } = found.connection;
  const raw =
    address === null ? await programHistory(ref, found, tools) : await apiHistory(ref, { found, address }, tools);
  // Engines tell the last step first.
  return raw.toReversed().map((entry) => ({
    instruction: instructionOf(asText(entry['CreatedBy'])),
    size: Number(entry['Size'] ?? entry['size'] ?? 0),
    created: createdOf(entry),
  }));
}

async function apiHistory(
  ref: string,
  { found, address }: { readonly found: FoundEngine; readonly address: string },
  tools: Tools,
): Promise<readonly Json[]> {
  const prefix = found.facts.apiVersion === null ? '' : `/v${found.facts.apiVersion}`;
  const reply = await tools.probe(address, {
    path: `${prefix}/images/${encodeName(ref)}/history`,
    timeout: TIMEOUT_MS,
  });
  return asList(reply.json).map(asObject);
}

async function programHistory(ref: string, { facts, connection }: FoundEngine, tools: Tools): Promise<readonly Json[]> {
  const podman = facts.name === 'podman' || facts.name === 'podman-hpc';
  const format = podman ? 'json' : '{{json .}}';
  const args = [...connection.globals, 'history', '--no-trunc', '--human=false', '--format', format, ref];
  const { stdout } = await tools.run({ file: connection.program, args, timeout: TIMEOUT_MS });
  if (podman) return asList(parseJson(stdout)).map(asObject);
  return stdout.split('\n').flatMap((line) => (line.trim() === '' ? [] : [asObject(parseJson(line))]));
}

function createdOf(entry: Json): string {
  const { Created: created } = entry;
  // The API counts seconds.
  if (typeof created === 'number') return new Date(created * 1000).toISOString();
  return asText(entry['created']) || asText(created) || asText(entry['CreatedAt']);
}

function toDetails(ref: string, image: Json, entries: readonly HistoryEntry[]): ImageDetails {
  const config = asObject(image['Config']);
  return {
    ...toImage(ref, image),
    names: asTexts(image['RepoTags']) ?? [],
    digests: asTexts(image['RepoDigests']) ?? [],
    variant: asText(image['Variant']) || null,
    created: asText(image['Created']),
    size: Number(image['Size'] ?? 0),
    env: (asTexts(config['Env']) ?? []).map((line) => line.replace(/=.*$/s, '')),
    layers: asTexts(asObject(image['RootFS'])['Layers']) ?? [],
    history: entries,
  };
}

/**
 * A history entry as a build file says it: `/bin/sh -c #(nop) COPY …`, `RUN |1 A=b /bin/sh -c make # buildkit`, `/bin/sh -c make`.
 * Values of build arguments stand before the command there; they are left out, for they may be secret.
 */
export function instructionOf(createdBy: string): string {
  const text = createdBy.trim().replace(/\s*# buildkit$/, '');
  const setting = /^\/bin\/sh -c #\(nop\)\s*(.*)$/s.exec(text);
  if (setting !== null) return (setting[1] ?? '').trim();
  if (/^(?:RUN )?\|\d+ /.test(text)) return `RUN ${afterArguments(text)}`;
  const shell = /^(?:RUN )?\/bin\/(?:ba)?sh -c (.*)$/s.exec(text);
  if (shell !== null) return `RUN ${(shell[1] ?? '').trim()}`;
  // The classic builder writes a RUN of words without its name.
  return text === '' || /^[A-Z]+ /.test(text) ? text : `RUN ${text}`;
}

// A shell that runs one text, whichever SHELL the build file chose: `/bin/sh -c`, `/bin/bash -eu -o pipefail -c`.
const SHELL_OF_RUN = /(?<=\s)\/\S+(?: \w*sh)?(?: -o \w+| -\w+)* -\w*c /g;

// Values stand there without quotes, so the last shell is the first place that can be no value; without one nothing is certain.
function afterArguments(text: string): string {
  const shells = [...text.matchAll(SHELL_OF_RUN)];
  const last = shells.at(-1);
  if (last === undefined) return '…';
  return `${shells.length > 1 ? '… ' : ''}${text.slice(last.index + last[0].length).trim()}`;
}
