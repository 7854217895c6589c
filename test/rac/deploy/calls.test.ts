import { describe, expect, it } from 'vitest';
import type { Api } from '../../../src/engine/api.js';
import { makeCalls } from '../../../src/rac/deploy/calls.js';

describe('a container that is removed', () => {
  it.each([
    ['docker', 'DELETE /containers/c1?force=true&v=true'],
    ['podman', 'DELETE /v4.0.0/libpod/containers/c1?timeout=0&force=true&v=true'],
  ] as const)('is not waited for on %s, though its program runs', async (engine, wanted) => {
    const asked: string[] = [];
    const unexpected = (): never => {
      throw new Error('unexpected');
    };
    const api: Api = {
      call: ({ method, path }) => {
        asked.push(`${method} ${path}`);
        return Promise.resolve(null);
      },
      stream: unexpected,
      hijack: unexpected,
    };
    await makeCalls(api, { engine, instance: 'abc' }).removeContainer('c1');
    expect(asked).toEqual([wanted]);
  });
});
