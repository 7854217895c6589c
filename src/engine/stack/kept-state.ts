import { COMPOSE_LABEL } from '../../core/compose-label.js';
import type { KeptContainer, KeptState } from '../../plan/stack/no-change.js';
import { asList, asObject, asText, type Json } from '../json.js';
import { encodeName } from '../observe.js';
import { type Probe, probe } from '../probe.js';

export type StateQuestion = {
  readonly address: string;
  /** As the provider knows it. */
  readonly project: string;
  /** Services that were waited for. */
  readonly services: readonly string[];
  /** Ids of the containers that are known already, so that they are asked about at once. */
  readonly known: readonly { readonly id: string; readonly image: string | null }[];
};

/** How a stack looks at an engine's API, with as few questions as will do. Throws PodctlError('UNAVAILABLE') when it does not answer. */
export async function readKeptState(question: StateQuestion, ask: Probe = probe): Promise<KeptState> {
  const { address, project, services } = question;
  const get = async (path: string): Promise<unknown> => {
    const { status, json } = await ask(address, { path, timeout: 10_000 });
    return status === 200 ? json : null;
  };
  const inspect = (id: string): Promise<unknown> => get(`/containers/${id}/json`);
  const imageId = async (name: string): Promise<string | null> =>
    bareId(asText(asObject(await get(`/images/${encodeName(name)}/json`))['Id'])) || null;
  const filters = encodeURIComponent(JSON.stringify({ label: [`${COMPOSE_LABEL.project}=${project}`] }));
  const listing = get(`/containers/json?all=1&filters=${filters}`);
  const begun = new Map(question.known.map(({ id }) => [id, inspect(id)]));
  const tags = new Map(
    question.known.flatMap(({ image }) => (image === null ? [] : [[image, imageId(image)] as const])),
  );
  const listed = asList(await listing)
    .map(asObject)
    .filter((one) => label(one, COMPOSE_LABEL.oneOff).toLowerCase() !== 'true');
  const containers = await Promise.all(
    listed.map(async (one): Promise<KeptContainer> => {
      const id = asText(one['Id']);
      if (!services.includes(label(one, COMPOSE_LABEL.service))) return kept(one, null);
      return kept(one, asObject(await (begun.get(id) ?? inspect(id))));
    }),
  );
  const names = [...new Set(containers.flatMap(({ image }) => image ?? []))];
  const images = await Promise.all(names.map(async (name) => [name, await (tags.get(name) ?? imageId(name))] as const));
  await Promise.allSettled(begun.values());
  return { containers, images: Object.fromEntries(images) };
}

function bareId(id: string): string {
  return id.replace(/^sha256:/, '');
}

function label(listed: Json, name: string): string {
  return asText(asObject(listed['Labels'])[name]);
}

function kept(listed: Json, inspected: Json | null): KeptContainer {
  const networks = Object.entries(asObject(asObject(listed['NetworkSettings'])['Networks']));
  const state = asObject(inspected?.['State']);
  return {
    id: asText(listed['Id']),
    state: asText(listed['State']),
    startedAt: inspected === null ? null : asText(state['StartedAt']),
    health: inspected === null ? null : asText(asObject(state['Health'])['Status']),
    image: inspected === null ? null : asText(asObject(inspected['Config'])['Image']),
    imageId: inspected === null ? null : bareId(asText(inspected['Image'])),
    networks: networks.map(([name, network]) => `${name}:${asText(asObject(network)['NetworkID'])}`),
  };
}
