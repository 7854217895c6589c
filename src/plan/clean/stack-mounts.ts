import { isDataTarget } from '../../spec/known-data.js';
import type { ComposeModel, ComposeMount, ComposeService } from '../../spec/stack/model.js';
import type { ProtectedData } from '../protected-data.js';
import type { DataMount } from './choose-data.js';

/** An entry of [data] that belongs to a service of the stack, as the profile gives it. */
type StackData = {
  readonly key: string;
  readonly service: string;
  /** Path inside the service's container. */
  readonly target: string;
  readonly protected: boolean;
};

export type StackMountsInput = {
  readonly model: ComposeModel;
  /** Name under which the provider keeps the stack. */
  readonly name: string;
  readonly data: readonly StackData[];
  /** Paths that the image of a service declares as volumes, by service; images that are not there declare nothing. */
  readonly imageVolumes: Readonly<Record<string, readonly string[]>>;
};

/** The mounts of a stack's services, concrete, and why each holds data. Memory and anonymous volumes are left out. */
export function stackMounts(input: StackMountsInput): readonly DataMount[] {
  return Object.values(input.model.services).flatMap((service) =>
    service.mounts.flatMap((mount) => {
      const { type, source } = mount;
      return source !== null && (type === 'bind' || type === 'volume')
        ? [concrete({ service, mount, type, source }, input)]
        : [];
    }),
  );
}

type Written = {
  readonly service: ComposeService;
  readonly mount: ComposeMount;
  readonly type: 'bind' | 'volume';
  readonly source: string;
};

function concrete(written: Written, { model, name, data, imageVolumes }: StackMountsInput): DataMount {
  const { service, mount, type, source } = written;
  const { target, readOnly } = mount;
  const thing = type === 'volume' ? (model.volumes[source] ?? { name: null, external: false }) : null;
  const declared = data.find((entry) => entry.service === service.name && entry.target === target)?.key ?? null;
  return {
    service: service.name,
    type,
    source: thing === null ? source : (thing.name ?? `${name}_${source}`),
    names: [thing === null ? null : source, declared].filter((one) => one !== null),
    target,
    readOnly,
    external: thing?.external === true,
    data: declared === null ? undeclared(written, imageVolumes) : 'declared',
  };
}

function undeclared(
  { service, mount, type }: Written,
  imageVolumes: StackMountsInput['imageVolumes'],
): DataMount['data'] {
  const inImage = (imageVolumes[service.name] ?? []).includes(mount.target);
  if (inImage || isDataTarget(service.image ?? '', mount.target)) return 'image';
  return type === 'volume' ? 'volume' : null;
}

/** Data of the stack that no verb may remove, and the folders that the profile names. */
export function declaredPlaces(
  mounts: readonly DataMount[],
  data: readonly StackData[],
): { readonly protectedData: readonly ProtectedData[]; readonly named: readonly string[] } {
  const found = data.flatMap((entry) =>
    mounts
      .filter(({ service, target }) => service === entry.service && target === entry.target)
      .map((mount) => ({ entry, mount })),
  );
  return {
    protectedData: found
      .filter(({ entry }) => entry.protected)
      .map(({ entry, mount }) => ({ key: entry.key, type: mount.type, source: mount.source })),
    named: found.filter(({ mount }) => mount.type === 'bind').map(({ mount }) => mount.source),
  };
}
