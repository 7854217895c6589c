import { isWithin } from '../core/path.js';
import type { HostFacts } from '../spec/facts.js';
import { comparable, type HostView, type Region, realOf, regionsOf, regionWithin } from './host-view.js';

/** A place of the host that opens a way to every file of it, and why. */
export type Guarded = { readonly path: string; readonly because: string };

/** A resolved path, and every name of it and of what is mounted below it. */
export type Subtree = { readonly real: string; readonly regions: readonly Region[] };

const KERNEL = 'the kernel shows every program and its files there';
const DEVICES = 'whole disks can be read there';
const SOCKETS = 'control sockets of engines and services stand there';
const STORAGE = 'an engine keeps the volumes and files of every container there';
const SOCKET = 'whoever reaches an engine can mount any file of the host';

/** Places that no public container may see, for the audit's questions. `address` is the engine's own (`unix:///run/docker.sock`). */
export function guardedPlaces(host: HostFacts, address: string | null): readonly Guarded[] {
  const socket = /^(?:unix|npipe):\/\/(.+)$/.exec(address ?? '')?.[1];
  return [
    ...(host.platform === 'win32' ? windowsPlaces(host.home) : posixPlaces(host)),
    ...(socket === undefined ? [] : [{ path: socket, because: SOCKET }]),
  ];
}

/** Why something must not be shown because of a guarded place that it is in, or that it holds; null when it touches none. */
export function guardedBy(view: HostView, shown: Subtree, places: readonly Guarded[]): Guarded | null {
  if (ENGINE_SOCKET.test(shown.real)) return { path: shown.real, because: SOCKET };
  for (const place of places) {
    const realPlace = realOf(view, place.path);
    const there = regionsOf(view, realPlace);
    if (isWithin(shown.real, realPlace) || meets(shown.regions, there)) return place;
    const exists = (view.facts[place.path]?.kind ?? null) !== null;
    if (exists && meets(there, shown.regions)) return place;
  }
  return null;
}

/** Devices that give no way to files: graphics, sound, randomness. Everything else in /dev might. */
export function isHarmlessDevice(view: HostView, device: string): boolean {
  const [host = ''] = device.split(':');
  if (/^(nvidia|amd|intel)\.com\/gpu=/.test(device)) return true;
  return HARMLESS_DEVICE.test(comparable(view, host)) && HARMLESS_DEVICE.test(realOf(view, host));
}

const HARMLESS_DEVICE =
  /^\/dev\/(null|zero|full|random|urandom|dri(\/[a-z0-9-]+)?|kfd|snd(\/\w+)?|nvidia[a-z0-9-]*(\/\w+)?)$/i;

const ENGINE_SOCKET =
  /[\\/](docker|podman|containerd|crio|cri-dockerd|dockershim|buildkitd?|nerdctl|colima|lima|rancher|finch)[\w.-]*\.sock(et)?$|[\\/]pipe[\\/]/i;

function posixPlaces(host: HostFacts): readonly Guarded[] {
  const home = (path: string) => `${host.home}/${path}`;
  const storage = [
    ...['docker', 'containers', 'containerd', 'nerdctl', 'buildkit', 'kubelet', 'rancher'].map(
      (name) => `/var/lib/${name}`,
    ),
    '/var/snap/docker',
    ...['docker', 'containers', 'containerd', 'nerdctl', 'rancher-desktop'].map((name) => home(`.local/share/${name}`)),
  ];
  const sockets = ['.docker/run', '.docker/desktop', '.colima', '.lima', '.rd', '.orbstack/run'].map(home);
  return [
    { path: '/proc', because: KERNEL },
    { path: '/sys', because: KERNEL },
    { path: '/dev', because: DEVICES },
    { path: '/run', because: SOCKETS },
    { path: '/var/run', because: SOCKETS },
    ...storage.map((path) => ({ path, because: STORAGE })),
    ...sockets.map((path) => ({ path, because: SOCKETS })),
    ...(host.platform === 'darwin'
      ? [{ path: '/.vol', because: 'every file of a disk is there under its number' }]
      : []),
  ];
}

function windowsPlaces(home: string): readonly Guarded[] {
  return [
    { path: String.raw`C:\ProgramData\Docker`, because: STORAGE },
    { path: String.raw`C:\ProgramData\containerd`, because: STORAGE },
    { path: String.raw`${home}\.docker\run`, because: SOCKETS },
    { path: String.raw`${home}\.local\share\containers`, because: STORAGE },
    { path: String.raw`${home}\AppData\Local\Docker`, because: STORAGE },
  ];
}

function meets(inner: readonly Region[], outer: readonly Region[]): boolean {
  return inner.some((one) => outer.some((other) => regionWithin(one, other)));
}
