import { describe, expect, it } from 'vitest';
import { pushesOf } from '../../../src/rac/events/notification.js';
import { DIGEST, event, NOW } from './samples.js';

const PUSH = {
  id: 'a9518fb6-8928-4143-bf60-cdbc40879a1e',
  name: 'me/app',
  tag: '1',
  digest: DIGEST,
  actor: 'alice',
  address: '127.0.0.1',
  at: Date.parse('2026-11-20T10:00:00Z'),
};

describe('what a notification says', () => {
  it.each([
    ['an image of docker', {}, [PUSH]],
    ['nobody logged in', { actor: {} }, [{ ...PUSH, actor: null }]],
    ['an address of IPv6', { request: { addr: '[::1]:49860' } }, [{ ...PUSH, address: '::1' }]],
    ['a registry whose clock is ahead', { timestamp: '2030-01-01T00:00:00Z' }, [{ ...PUSH, at: NOW }]],
    ['no time', { timestamp: 'soon' }, [{ ...PUSH, at: NOW }]],
    ['a pull', { action: 'pull' }, []],
    ['a layer that was mounted', { action: 'mount' }, []],
    ['a removal', { action: 'delete' }, []],
    ['an id that is none', { id: "x'; DROP TABLE event" }, []],
    ['an id that is too long', { id: 'a'.repeat(129) }, []],
  ])('%s', (_what, changes, expected) => {
    expect(pushesOf({ events: [event(changes)] }, NOW)).toEqual(expected);
  });

  it.each([
    ['a part of an image for several platforms: no tag', { tag: undefined }],
    ['a layer', { mediaType: 'application/octet-stream' }],
    ['a name with capitals', { repository: 'Me/app' }],
    ['a name that climbs', { repository: 'me/../you' }],
    ['a digest of another kind', { digest: `md5:${'0'.repeat(32)}` }],
    ['a tag with a slash', { tag: 'a/b' }],
  ])('nothing to deploy: %s', (_what, changes) => {
    expect(pushesOf({ events: [event({}, changes)] }, NOW)).toEqual([]);
  });

  it.each([
    ['docker, one image', 'application/vnd.docker.distribution.manifest.v2+json'],
    ['docker, several platforms', 'application/vnd.docker.distribution.manifest.list.v2+json'],
    ['OCI, one image', 'application/vnd.oci.image.manifest.v1+json'],
    ['OCI, several platforms', 'application/vnd.oci.image.index.v1+json'],
  ])('deploys %s', (_what, mediaType) => {
    expect(pushesOf({ events: [event({}, { mediaType })] }, NOW)).toEqual([PUSH]);
  });

  it.each([[null], [[]], ['{}'], [{}], [{ events: {} }]])('%j is no notification', (body) => {
    expect(pushesOf(body, NOW)).toBeNull();
  });

  it('passes over what is no event, and takes the others', () => {
    expect(pushesOf({ events: [null, 7, event(), { action: 'push' }] }, NOW)).toEqual([PUSH]);
  });
});
