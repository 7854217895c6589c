import { expect, it } from 'vitest';
import { PodctlError } from '../../src/core/errors.js';
import { existing } from '../../src/engine/candidate.js';
import type { Files } from '../../src/io/files.js';
import { disk, HOST } from './fakes.js';

const OPEN = '/run/user/1000/podman/podman.sock';
const CLOSED = '/run/podman/podman.sock';

// Distributions keep /run/podman closed to everyone but root.
const closed = (path: string): Promise<never> =>
  Promise.reject(new PodctlError('IO', `cannot look at \`${path}\`: permission denied`, { hint: 'check the mode' }));

it('a socket in a folder closed to this user is asked, and does not end the search', async () => {
  const there = disk({ [OPEN]: '' });
  const files: Files = { ...there, stat: (path) => (path === CLOSED ? closed(path) : there.stat(path)) };
  expect(await existing([CLOSED, '/run/absent.sock', OPEN], { host: HOST, files })).toEqual([
    { path: CLOSED, address: `unix://${CLOSED}` },
    { path: OPEN, address: `unix://${OPEN}` },
  ]);
});
