import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { realClock } from '../../src/io/clock.js';
import { realFiles } from '../../src/io/files.js';
import { realHost } from '../../src/io/host.js';
import { processFacts } from '../../src/io/process-facts.js';
import { realSignals } from '../../src/io/signals.js';
import { realStreams } from '../../src/io/streams.js';

describe('realHost and realStreams', () => {
  it('are the running process', () => {
    expect(realHost(process)).toMatchObject({ pid: process.pid, cwd: process.cwd(), platform: process.platform });
    expect(realStreams(process).stderr).toBe(process.stderr);
  });
});

describe('realSignals', () => {
  it('hears the signals asked for until it is told to stop', async () => {
    const emitter = new EventEmitter();
    const heard: string[] = [];
    const stop = realSignals(emitter).on(['SIGINT', 'SIGTERM'], (name) => heard.push(name));
    emitter.emit('SIGTERM');
    emitter.emit('SIGHUP');
    emitter.emit('SIGINT');
    stop();
    emitter.emit('SIGTERM');
    expect(heard).toEqual(['SIGTERM', 'SIGINT']);
    await Promise.resolve();
    expect(emitter.eventNames()).toEqual([]);
  });

  it('still counts for whoever hears the same signal later, when it stops at the first', () => {
    const emitter = new EventEmitter();
    const stop = realSignals(emitter).on(['SIGTERM'], () => stop());
    let listeners = 0;
    // As signal-exit does while a subprocess runs: with itself alone it would end the process.
    emitter.on('SIGTERM', () => {
      listeners = emitter.listenerCount('SIGTERM');
    });
    emitter.emit('SIGTERM');
    expect(listeners).toBe(2);
  });
});

describe('realClock', () => {
  it('sleeps, and wakes early when told so', async () => {
    const before = realClock.now();
    await realClock.sleep(20);
    expect(realClock.now() - before).toBeGreaterThanOrEqual(19);
    const stop = new AbortController();
    const sleeping = realClock.sleep(60_000, stop.signal);
    stop.abort();
    await sleeping;
    await realClock.sleep(60_000, stop.signal);
    expect(realClock.now() - before).toBeLessThan(5_000);
  });
});

describe('processFacts', () => {
  it('the mark is boot and start time, whatever the program is called', async () => {
    const question = { platform: 'linux', files: files(stat('S', '4321')), isAlive: () => true } as const;
    expect(await processFacts(77, question)).toEqual({ alive: true, mark: 'boot-7/4321' });
  });

  it('a zombie has ended', async () => {
    const question = { platform: 'linux', files: files(stat('Z', '4321')), isAlive: () => true } as const;
    expect(await processFacts(77, question)).toEqual({ alive: false, mark: null });
  });

  it('a number that nobody has', async () => {
    expect(await processFacts(77, { platform: 'linux', files: files(null), isAlive: () => false })).toEqual({
      alive: false,
      mark: null,
    });
  });

  it('elsewhere there is no mark', async () => {
    const question = { platform: 'darwin', files: files(null), isAlive: () => true } as const;
    expect(await processFacts(77, question)).toEqual({ alive: true, mark: null });
  });

  it('this very process runs', async () => {
    const facts = await processFacts(process.pid, { platform: process.platform, files: realFiles() });
    expect(facts.alive).toBe(true);
  });
});

function stat(state: string, started: string): string {
  return `77 (odd) name (x) ${state} 1 77 77 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 ${started} 0 0`;
}

function files(text: string | null) {
  return {
    ...realFiles(),
    readText: (path: string) => Promise.resolve(path.endsWith('/stat') ? text : 'boot-7\n'),
  };
}
