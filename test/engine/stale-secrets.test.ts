import { expect, it } from 'vitest';
import { PodctlError } from '../../src/core/errors.js';
import { removeStaleSecrets } from '../../src/engine/stale-secrets.js';
import { disk, HOST } from './fakes.js';

const FOLDER = '/home/ann/.local/state/podctl/run';
const alive = (pid: number): boolean => pid === 77;

it('files of runs that are gone go, half-written ones too; everything else stays', async () => {
  const files = disk({
    [`${FOLDER}/web-11.env`]: 'TOKEN=a',
    [`${FOLDER}/web-public-0a1b2c3d-12.env.1a2b3c4d-5e6f.tmp`]: 'TOKEN=b',
    [`${FOLDER}/web-77.env`]: 'TOKEN=c',
    [`${FOLDER}/web-${HOST.pid}.env`]: 'TOKEN=d',
    [`${FOLDER}/notes.env`]: 'x',
    '/proc/77/stat': '77 (node) S 1',
  });
  await removeStaleSecrets({ host: HOST, files, isAlive: alive });
  expect(await files.list(FOLDER)).toEqual(['notes.env', `web-${HOST.pid}.env`, 'web-77.env'].toSorted());
});

it('without such a folder, and where it cannot be read, the run goes on', async () => {
  await removeStaleSecrets({ host: HOST, files: disk({ '/home/ann/x': '' }), isAlive: alive });
  let asked = 0;
  const list = () => {
    asked += 1;
    return Promise.reject(new PodctlError('IO', 'permission denied'));
  };
  await removeStaleSecrets({ host: HOST, files: { ...disk(), list }, isAlive: alive });
  expect(asked).toBe(1);
});
