import type { Push } from '../../../src/rac/deploy/push.js';

export const NOW = Date.parse('2026-11-21T10:00:00Z');
export const DIGEST = `sha256:${'a'.repeat(64)}`;

/** One event as Distribution 2.8 sends it after `docker push`, with these changes to it and to its target. */
export function event(changes: object = {}, target: object = {}): object {
  return {
    id: 'a9518fb6-8928-4143-bf60-cdbc40879a1e',
    timestamp: '2026-11-20T10:00:00Z',
    action: 'push',
    target: {
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      size: 736,
      digest: DIGEST,
      length: 736,
      repository: 'me/app',
      url: `http://127.0.0.1:5100/v2/me/app/manifests/${DIGEST}`,
      tag: '1',
      ...target,
    },
    request: { id: '1', addr: '127.0.0.1:49860', host: '127.0.0.1:5100', method: 'PUT', useragent: 'docker/28.2.2' },
    actor: { name: 'alice' },
    source: { addr: 'vm:5100', instanceID: '2' },
    ...changes,
  };
}

/** A push with an id of its own for each name, tag and digest. */
export function push(name: string, tag = '1', digest = DIGEST): Push {
  return { id: `${name}:${tag}:${digest.slice(-6)}`, name, tag, digest, actor: null, address: '127.0.0.1', at: NOW };
}

export function digestOf(letter: string): string {
  return `sha256:${letter.repeat(64)}`;
}
