import { PodctlError } from '../core/errors.js';
import { escapeControl } from '../core/text.js';
import type { Host } from '../io/host.js';
import type { Tools } from './ask.js';
import type { Connection, FoundEngine, Observer } from './engine.js';
import { toContainer, toImage, toVolume } from './inspect.js';
import { asList, asObject, asText, type Json, parseJson } from './json.js';
import { messageOf, probe } from './probe.js';
import { realProcesses } from './process.js';

type Kind = 'image' | 'volume' | 'container' | 'secret';

/** The two raw questions behind an Observer; an answer is what `inspect` gives. */
export type Source = {
  readonly inspect: (kind: Kind, name: string) => Promise<Json | null>;
  /** Ids of all containers that carry the labels, stopped ones too. */
  readonly list: (labels: readonly string[]) => Promise<readonly string[]>;
};

const TIMEOUT_MS = 60_000;

// How engines say that there is none, as opposed to one that is broken.
const MISSING = /no such (container|image|volume|object|secret)|image not known/i;

/** Questions to an engine that was found: through its API where an address answers, else through its program. */
export function makeObserver(
  found: FoundEngine,
  { host, tools = { probe, run: realProcesses(host).run } }: { readonly host: Host; readonly tools?: Tools },
): Observer {
  const source = makeSource(reachOf(found), tools);
  return {
    image: async (ref) => {
      const image = await source.inspect('image', ref);
      return image === null ? null : toImage(ref, image);
    },
    volume: async (name) => {
      const volume = await source.inspect('volume', name);
      return volume === null ? null : toVolume(volume);
    },
    container: async (nameOrId) => {
      const container = await source.inspect('container', nameOrId);
      return container === null ? null : toContainer(container);
    },
    secret: async (name) => (await source.inspect('secret', name)) !== null,
    containers: async (labels) => {
      const ids = await source.list(labels);
      const containers = await Promise.all(ids.map((id) => source.inspect('container', id)));
      // One that ended and went away in between is no longer there to be listed.
      return containers.filter((container) => container !== null).map(toContainer);
    },
  };
}

/** How to ask an engine; without an API version its own newest one answers. */
export type Reach = { readonly connection: Connection; readonly apiVersion: string | null };

/** How to ask an engine that was found. */
export function reachOf({ facts, connection }: FoundEngine): Reach {
  return { connection, apiVersion: facts.apiVersion };
}

/** Raw answers, for questions beyond an Observer's. */
export function makeSource(reach: Reach, tools: Tools): Source {
  return reach.connection.address === null ? programSource(reach, tools) : apiSource(reach, tools);
}

const API_FOLDER = {
  image: 'images',
  volume: 'volumes',
  container: 'containers',
  secret: 'secrets',
} as const satisfies Record<Kind, string>;

function apiSource({ connection, apiVersion }: Reach, { probe: ask }: Tools): Source {
  const prefix = apiVersion === null ? '' : `/v${apiVersion}`;
  const get = async (path: string): Promise<unknown> => {
    const reply = await ask(connection.address ?? '', { path: `${prefix}${path}`, timeout: TIMEOUT_MS });
    if (reply.status === 200) return reply.json;
    // Podman answers 500 for a container that goes away while it is looked at.
    if (reply.status === 404 || MISSING.test(messageOf(reply))) return null;
    throw failed(connection.program, messageOf(reply));
  };
  return {
    inspect: async (kind, name) => {
      const inner = kind === 'volume' || kind === 'secret' ? '' : '/json';
      const answer = await get(`/${API_FOLDER[kind]}/${encodeName(name)}${inner}`);
      return answer === null ? null : asObject(answer);
    },
    list: async (labels) => {
      const filters = encodeURIComponent(JSON.stringify({ label: labels }));
      const answer = await get(`/containers/json?all=1&filters=${filters}`);
      return asList(answer).map((container) => asText(asObject(container)['Id']));
    },
  };
}

/** A name as part of a path: slashes of an image name belong to it, everything else that has a meaning in a URL does not. */
export function encodeName(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/');
}

function programSource({ connection }: Reach, { run }: Tools): Source {
  const ask = (args: readonly string[]) =>
    run({ file: connection.program, args: [...connection.globals, ...args], timeout: TIMEOUT_MS });
  return {
    inspect: async (kind, name) => {
      const ended = await ask([kind, 'inspect', name]);
      if (ended.exitCode === 0) return asObject(asList(parseJson(ended.stdout))[0]);
      if (MISSING.test(ended.stderr)) return null;
      throw failed(connection.program, ended.stderr.trim() || `exit code ${ended.exitCode}`);
    },
    list: async (labels) => {
      const filters = labels.flatMap((label) => ['--filter', `label=${label}`]);
      const ended = await ask(['ps', '--all', '--quiet', '--no-trunc', ...filters]);
      if (ended.exitCode !== 0) throw failed(connection.program, ended.stderr.trim() || `exit code ${ended.exitCode}`);
      return ended.stdout.split('\n').filter((line) => line !== '');
    },
  };
}

function failed(engine: string, answer: string): PodctlError {
  return new PodctlError('UNAVAILABLE', `${engine} could not answer: ${escapeControl(answer)}`, {
    hint: `try \`${engine} info\` by hand`,
  });
}
