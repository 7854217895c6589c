import { PodctlError } from '../core/errors.js';

/** Which GPUs a container gets: a number of them (-1 for all), or named ones. */
export type GpuWish = { readonly count: number } | { readonly ids: readonly string[] };

/** Parse `all`, a count, or `device=ID[,ID…]`. */
export function parseGpus(text: string): GpuWish {
  if (text === 'all') return { count: -1 };
  if (/^[1-9]\d*$/.test(text)) return { count: Number(text) };
  const ids = /^device=(.+)$/.exec(text)?.[1]?.split(',') ?? [];
  if (ids.length > 0 && ids.every((id) => id !== '')) return { ids };
  throw new PodctlError('BAD_DATA', `\`${text}\` does not say which GPUs`, {
    hint: 'write all, a count, or device=ID with an ID or index of nvidia-smi, for instance device=0,1',
  });
}

/** Names of NVIDIA's device description, which podman takes as devices: `nvidia.com/gpu=0`. */
export function gpuDevices(wish: GpuWish): readonly string[] {
  if ('ids' in wish) return wish.ids.map((id) => `nvidia.com/gpu=${id}`);
  if (wish.count === -1) return ['nvidia.com/gpu=all'];
  return Array.from({ length: wish.count }, (_, index) => `nvidia.com/gpu=${index}`);
}
