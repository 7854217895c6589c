import { Volume } from 'memfs';
import { expect, it } from 'vitest';
import type { Processes } from '../../../src/engine/process.js';
import { type FsPromises, makeFiles } from '../../../src/io/files.js';
import { makeCalls } from '../../../src/rac/deploy/calls.js';
import { measure } from '../../../src/rac/deploy/disk.js';
import type { Standing } from '../../../src/rac/deploy/standings.js';
import { APP } from '../../support/wake-bed.js';

it('counts every volume of a container, also one that RAC has not asked for', async () => {
  const asked: string[] = [];
  const unexpected = () => Promise.reject(new Error('unexpected'));
  const calls = makeCalls(
    {
      call: ({ method, path }) => {
        asked.push(`${method} ${path}`);
        const Mounts = [
          { Type: 'volume', Source: '/v/named' },
          { Type: 'volume', Source: '/v/17th' },
          { Type: 'tmpfs', Source: '' },
        ];
        return Promise.resolve({ Id: 'c1', SizeRw: 5, LogPath: '', Mounts });
      },
      stream: unexpected,
      hijack: unexpected,
    },
    { instance: 'a5aba7ee', engine: 'docker' },
  );
  const volume = Volume.fromJSON({ '/v/named': null, '/v/17th': null });
  const counted: string[] = [];
  const processes: Processes = {
    run: ({ args }) => {
      counted.push(...args.filter((word) => word.startsWith('/')));
      return Promise.resolve({
        exitCode: 0,
        signal: null,
        timedOut: false,
        stdout: '1\t/v/named\n3\t/v/17th\n',
        stderr: '',
      });
    },
    stream: unexpected,
    attach: unexpected,
    pipe: unexpected,
  };
  const place = { slot: 0, network: 'n', holder: 'h', address: '10.0.0.1', publishedPort: null };
  const standing: Standing = { name: 'app', release: 1, container: 'c1', app: { ...APP, volumes: ['/named'] }, place };
  const files = makeFiles(volume.promises as unknown as FsPromises);
  expect(await measure(standing, { calls, files, processes, now: () => 9 })).toEqual({
    layer: 5,
    volumes: 4096,
    logs: 0,
    measuredAt: 9,
  });
  expect(counted).toEqual(['/v/named', '/v/17th']);
  expect(asked).toEqual(['GET /containers/c1/json?size=true']);
});
