import type { ArgToken } from '../token.js';
import { pairs } from './docker.js';
import { toggle } from './flags.js';
import { head, type Way } from './way.js';

/** `network create`. */
export function renderNetworkCreate(
  way: Way,
  network: { readonly name: string; readonly labels: Readonly<Record<string, string>> },
): readonly ArgToken[] {
  return [
    ...head(way),
    { text: 'network', at: 'rule/verb' },
    { text: 'create', at: 'rule/verb' },
    ...pairs('--label', network.labels, { at: 'labels', between: '=' }),
    { text: network.name, at: 'network' },
  ];
}

/** `network rm`. */
export function renderNetworkRemove(way: Way, names: readonly string[]): readonly ArgToken[] {
  return [
    ...head(way),
    { text: 'network', at: 'rule/verb' },
    { text: 'rm', at: 'rule/verb' },
    ...names.map((text) => ({ text, at: 'network' })),
  ];
}

/** `cp CONTAINER:PATH FOLDER`: the copy belongs to whoever runs the engine's program. */
export function renderCopyOut(
  way: Way,
  copy: { readonly container: string; readonly path: string; readonly to: string },
): readonly ArgToken[] {
  return [
    ...head(way),
    { text: 'cp', at: 'rule/verb' },
    { text: `${copy.container}:${copy.path}`, at: 'test/reports' },
    { text: copy.to, at: 'test/reports' },
  ];
}

/** `start --attach`: what the container writes is what the program writes. */
export function renderStartAttached(way: Way, container: string): readonly ArgToken[] {
  return [
    ...head(way),
    { text: 'start', at: 'rule/verb' },
    ...toggle('--attach', true, 'rule/attached'),
    { text: container, at: 'container' },
  ];
}
