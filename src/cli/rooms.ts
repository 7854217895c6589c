/**
 * The engine layer behind doors: a room is entered only when a command needs it, and tests put their own engine behind a door.
 * A printed plan never opens `execute` or `ready`.
 */
export type Rooms = {
  readonly detect: () => Promise<Pick<typeof import('../engine/detect.js'), 'detectEngine' | 'rememberedOf'>>;
  readonly assume: () => Promise<Pick<typeof import('../engine/assume.js'), 'assumeEngine'>>;
  readonly observe: () => Promise<Pick<typeof import('../engine/observe.js'), 'makeObserver'>>;
  readonly execute: () => Promise<Pick<typeof import('../engine/execute.js'), 'executePlan'>>;
  readonly ready: () => Promise<Pick<typeof import('../engine/ready.js'), 'waitReady'>>;
  readonly lease: () => Promise<Pick<typeof import('../engine/lease.js'), 'leaseOf'>>;
  readonly ports: () => Promise<Pick<typeof import('../io/port-holder.js'), 'portState'>>;
};

export const ROOMS: Rooms = {
  detect: () => import('../engine/detect.js'),
  assume: () => import('../engine/assume.js'),
  observe: () => import('../engine/observe.js'),
  execute: () => import('../engine/execute.js'),
  ready: () => import('../engine/ready.js'),
  lease: () => import('../engine/lease.js'),
  ports: () => import('../io/port-holder.js'),
};
