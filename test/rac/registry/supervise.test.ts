import { describe, expect, it } from 'vitest';
import { PodctlError } from '../../../src/core/errors.js';
import type { RegistryRunner } from '../../../src/rac/registry/runner.js';
import { superviseRegistry } from '../../../src/rac/registry/supervise.js';
import { handClock, settle } from '../../support/hand-clock.js';

const SECOND = 1000;

/** A registry in a test's hand: `runs` its process, `answers` its API; `starts` says what becomes of one that is started. */
function room() {
  const clock = handClock();
  const state = { runs: false, answers: false, starts: 'well' as 'well' | 'silent' | 'dead', config: 'one' };
  const calls: string[] = [];
  const log: string[] = [];
  const write = (event: string, fields: object = {}): void => void log.push(`${event} ${JSON.stringify(fields)}`);
  let end = (): void => undefined;
  const runner: RegistryRunner = {
    about: () => 'registry 2.8.2',
    data: '/data',
    dataIsHere: false,
    fileInside: (name) => {
      throw new Error(`unexpected question for ${name}`);
    },
    start: (config) => {
      calls.push(`start ${config}`);
      state.runs = state.starts !== 'dead';
      state.answers = state.starts === 'well';
      return Promise.resolve();
    },
    runs: () => Promise.resolve(state.runs),
    stop: () => {
      calls.push('stop');
      state.runs = false;
      state.answers = false;
      return Promise.resolve();
    },
    collect: () => {
      calls.push(state.runs ? 'collect while it runs' : 'collect');
      return new Promise((resolve, reject) => {
        end = () => (state.config === 'broken' ? reject(new Error('no space left')) : resolve('3 blobs'));
      });
    },
    lastLines: () => Promise.resolve(['panic: no config']),
  };
  const server = superviseRegistry({
    runner,
    clock,
    log: { info: write, warn: write },
    config: () => Promise.resolve(state.config),
    url: 'http://127.0.0.1:5100',
    ask: (url) => {
      if (url !== 'http://127.0.0.1:5100/') throw new Error(`unexpected question to ${url}`);
      return Promise.resolve(state.answers ? 200 : 0);
    },
  });
  const dies = (): void => {
    state.runs = false;
    state.answers = false;
  };
  return { clock, state, calls, log, server, dies, endCollection: () => end() };
}

describe('a registry that is kept up', () => {
  it('is up when it answers, not before', async () => {
    const { clock, state, server, calls } = room();
    state.starts = 'silent';
    let up = false;
    const start = server.start().then(() => (up = true));
    await clock.pass(5 * SECOND);
    expect(up).toBe(false);
    state.answers = true;
    await clock.pass(SECOND);
    await start;
    expect([up, await server.isUp(), calls]).toEqual([true, true, ['start one']]);
    await server.stop(false);
  });

  it('one that ends at once is an error with what it said', async () => {
    const { state, server } = room();
    state.starts = 'dead';
    const error = await server.start().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PodctlError);
    expect(error).toMatchObject({
      code: 'UNAVAILABLE',
      message: 'the registry ended at once',
      problems: [{ message: 'panic: no config' }],
    });
  });

  it('one that is silent for a minute is one too', async () => {
    const { clock, state, server } = room();
    state.starts = 'silent';
    const start = server.start().catch((thrown: unknown) => thrown);
    await clock.pass(61 * SECOND);
    expect(await start).toMatchObject({ message: 'the registry did not answer within 60 s' });
  });

  it('is started again when it has died, with the config of then', async () => {
    const { clock, state, server, calls, log, dies } = room();
    await server.start();
    dies();
    state.config = 'two';
    await clock.pass(2 * SECOND);
    expect(calls).toEqual(['start one', 'stop', 'start two']);
    expect(server.starts()).toBe(2);
    expect(log).toEqual(['registry-down {"again_in_ms":250}', 'registry-up {"about":"registry 2.8.2"}']);
    await server.stop(false);
  });

  it('one that runs is asked twice before it is ended', async () => {
    const { clock, state, server, calls } = room();
    await server.start();
    state.answers = false;
    await clock.pass(1.5 * SECOND);
    state.answers = true;
    await clock.pass(5 * SECOND);
    expect(calls).toEqual(['start one']);
    state.answers = false;
    await clock.pass(4 * SECOND);
    expect(calls).toEqual(['start one', 'stop', 'start one']);
    await server.stop(false);
  });

  it('pauses grow to half a minute while it does not come up, and are short again after a good minute', async () => {
    const { clock, state, server, log, dies } = room();
    await server.start();
    state.starts = 'dead';
    dies();
    await clock.pass(240 * SECOND);
    const pauses = log.filter((line) => line.startsWith('registry-down')).map((line) => Number(/\d+/.exec(line)?.[0]));
    expect(pauses.slice(0, 9)).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    expect(log).toContain('registry-not-started {"problem":"the registry ended at once"}');
    state.starts = 'well';
    await clock.pass(100 * SECOND);
    dies();
    await clock.pass(2 * SECOND);
    expect(log.at(-2)).toBe('registry-down {"again_in_ms":250}');
    await server.stop(false);
  });

  it('is left alone once RAC ends, and ended only when that is wanted', async () => {
    const left = room();
    await left.server.start();
    await left.server.stop(false);
    left.dies();
    await left.clock.pass(60 * SECOND);
    expect(left.calls).toEqual(['start one']);
    const ended = room();
    await ended.server.start();
    await ended.server.stop(true);
    expect(ended.calls).toEqual(['start one', 'stop']);
  });
});

describe('collecting its layers', () => {
  it('is done while it is stopped; nobody starts it meanwhile', async () => {
    const { clock, server, calls, endCollection } = room();
    const ups: (string | undefined)[] = [];
    server.onUp(() => ups.push(calls.at(-1)));
    await server.start();
    const work = server.collect();
    const restart = server.restart();
    await clock.pass(30 * SECOND);
    expect([calls, ups]).toEqual([['start one', 'stop', 'collect'], ['start one']]);
    endCollection();
    expect(await work).toBe('3 blobs');
    await restart;
    // Each time what it may have lost is looked for.
    expect(ups).toHaveLength(3);
    expect(calls).toEqual(['start one', 'stop', 'collect', 'start one', 'start one']);
    await server.stop(false);
  });

  it('one that fails leaves a registry that answers', async () => {
    const { state, server, endCollection } = room();
    await server.start();
    state.config = 'broken';
    const work = server.collect().catch((thrown: unknown) => thrown);
    await settle();
    endCollection();
    expect(await work).toMatchObject({ message: 'no space left' });
    expect(await server.isUp()).toBe(true);
    await server.stop(false);
  });
});
