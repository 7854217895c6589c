import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { KNOWN_FAILURES, recognise } from '../../../src/engine/failures/recognise.js';
import { QUOTED } from './quoted.js';

/** What the engines of the set-up said, written down by test/support/record-failures.mjs. */
type Recorded = {
  readonly id: string;
  readonly engine: string;
  readonly command: readonly string[];
  readonly exitCode: number;
  readonly output: string;
};

const recorded = JSON.parse(readFileSync(new URL('recorded.json', import.meta.url), 'utf8')) as readonly Recorded[];
const known = Object.values(KNOWN_FAILURES).flat();

describe('failures that were seen on an engine', () => {
  it.each(recorded)('$id: $engine: $command', ({ id, command, output }) => {
    expect(recognise(output, command[0] ?? '')?.id).toBe(id);
  });
});

describe('failures that cannot be brought about here, in words that others reported', () => {
  it.each(QUOTED)('$id: $from', ({ id, output }) => {
    expect(recognise(output, 'podman')?.id).toBe(id);
  });
});

describe('the table', () => {
  it('each failure has its own name, and words of an engine in the tests', () => {
    const ids = known.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const tested = new Set([...recorded, ...QUOTED].map(({ id }) => id));
    expect(ids.filter((id) => !tested.has(id))).toEqual([]);
  });

  it('at least 25 failures were seen on an engine, most of them on docker and on podman', () => {
    const seen = (engine: string) =>
      new Set(recorded.filter((one) => one.engine.startsWith(engine)).map(({ id }) => id));
    const both = [...seen('docker ')].filter((id) => seen('podman ').has(id));
    expect(both.length).toBeGreaterThan(25);
  });

  it('no sentence and no hint is left with a hole', () => {
    for (const { id, engine, output, command } of recorded) {
      const found = recognise(output, command[0] ?? '');
      const words = `${found?.sentence} ${found?.hint}`.replaceAll(/\{\{.*?\}\}/g, '');
      expect([id, engine, words]).toEqual([id, engine, expect.not.stringMatching(/[{}]|``|undefined/)]);
    }
  });

  it('words that nobody knows stay unknown', () => {
    expect(recognise('Error: the flux capacitor is empty', 'docker')).toBeNull();
    expect(recognise('', 'podman')).toBeNull();
  });
});
