import { describe, expect, it } from 'vitest';
import { PodctlError } from '../../src/core/errors.js';
import { lifeOf } from '../../src/rac/life.js';

/** A RAC whose parts say what they do; those that are named fail. */
function life(...failing: readonly string[]) {
  const said: string[] = [];
  const does = (what: string) => (): Promise<void> => {
    said.push(what);
    return failing.includes(what)
      ? Promise.reject(new PodctlError('UNAVAILABLE', `${what} failed`))
      : Promise.resolve();
  };
  const part = (name: string) => ({ start: does(`${name} start`), stop: does(`${name} stop`) });
  const plain = (name: string) => ({ ...part(name), start: () => void said.push(`${name} start`) });
  const rac = lifeOf({
    listen: async () => {
      await does('listen')();
      return { close: does('close') } as never;
    },
    registry: { ...part('registry'), stop: (end) => does(`registry stop ${end}`)() },
    deployment: { ...part('deployment'), sleepAll: does('sleep all'), purge: does('purge') },
    wake: part('wake') as never,
    events: plain('events'),
    collector: plain('collector'),
    retention: { ...plain('retention'), sweep: () => undefined },
    store: { close: () => void said.push('store close') },
  });
  return { rac, said };
}

describe('the life of a RAC', () => {
  it('listens first, and ends in order', async () => {
    const { rac, said } = life();
    await rac.start();
    expect(said.splice(0)).toEqual([
      'listen',
      'registry start',
      'deployment start',
      'wake start',
      'events start',
      'collector start',
      'retention start',
    ]);
    await rac.stop('down');
    expect(said).toEqual([
      'wake stop',
      'events stop',
      'collector stop',
      'retention stop',
      'registry stop true',
      'deployment stop',
      'sleep all',
      'close',
      'store close',
    ]);
  });

  it('where another one listens already takes nothing of it down', async () => {
    const { rac, said } = life('listen');
    await expect(rac.start()).rejects.toThrow('listen failed');
    await rac.stop('down');
    expect(said).toEqual(['listen', 'store close']);
  });

  it('ends whole, although the engine has ended before it', async () => {
    const { rac, said } = life('sleep all');
    await rac.start();
    await expect(rac.stop('down')).rejects.toThrow('sleep all failed');
    expect(said.slice(-2)).toEqual(['close', 'store close']);
  });

  it('that failed to start one part ends the others', async () => {
    const { rac, said } = life('registry start');
    await expect(rac.start()).rejects.toThrow('registry start failed');
    await rac.stop('down');
    expect(said).toContain('registry stop true');
  });

  it('that was never started can take down what a killed one has left', async () => {
    const { rac, said } = life();
    await rac.stop('down');
    expect(said).toEqual(expect.arrayContaining(['registry stop true', 'sleep all', 'store close']));
  });
});
