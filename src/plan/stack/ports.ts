import type { ComposeModel, ComposePort } from '../../spec/stack/model.js';

/** A host port that a stack's files ask for by number. `key`: tells it from the others, in what podctl remembers. */
export type StackPort = {
  readonly key: string;
  readonly service: string;
  /** As it is tried: an address that means every interface is `0.0.0.0`. */
  readonly address: string;
  readonly port: number;
  readonly from: ComposePort;
};

/** A host port that is published elsewhere than the files say. */
export type MovedPort = StackPort & { readonly to: number };

/** The fixed TCP host ports of the services that start. Ranges and ports that the engine picks clash with nobody. */
export function fixedPorts(model: ComposeModel, started: ReadonlySet<string>): readonly StackPort[] {
  return Object.values(model.services).flatMap((service) => {
    if (!started.has(service.name) || service.networkMode === 'host') return [];
    return service.ports.flatMap((from) => {
      if (from.protocol !== 'tcp' || !/^\d+$/.test(from.published ?? '')) return [];
      const address = from.address ?? '0.0.0.0';
      const key = `${service.name} ${address}:${from.published}:${from.target}`;
      return [{ key, service: service.name, address, port: Number(from.published), from }];
    });
  });
}

/** All ports of a service as compose writes them, the moved ones in their new places. */
export function movedList(ports: readonly ComposePort[], moved: readonly MovedPort[]): readonly string[] {
  return ports.map((port) => {
    const to = moved.find(({ from }) => from === port)?.to;
    return shortPort(to === undefined ? port : { ...port, published: String(to) });
  });
}

function shortPort({ address, published, target, protocol }: ComposePort): string {
  const host = address === null ? '' : `${address.includes(':') ? `[${address}]` : address}:`;
  const left = published === null && host === '' ? '' : `${host}${published ?? ''}:`;
  return `${left}${target}${protocol === 'tcp' ? '' : `/${protocol}`}`;
}

/** A moved port in words. */
export function moveWords({ service, address, port, to }: MovedPort): string {
  return `${service}: port ${port} of ${address} is published as ${to}`;
}
