// The engine that a stand is told to use, by the facts that the set-up wrote.
import { readFileSync } from 'node:fs';
import { clientOf } from '../setup/clients.mjs';
import { type Facts, factsPath } from '../setup/state.mjs';
import { engineOf, type TestEngine, testEngine } from '../support/test-engine.js';

export function standEngine(name: string): TestEngine {
  const which = name === 'podman' ? 'podman' : 'docker';
  const facts = JSON.parse(readFileSync(process.env['PODCTL_ENGINE_FACTS'] ?? factsPath(), 'utf8')) as Facts;
  const client = clientOf(facts, which);
  const found = facts[which];
  if (client === undefined || found === null) throw new Error(`no ${which}`);
  return testEngine(client, engineOf(facts, found));
}

/** Milliseconds that something takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

export type Pairs = { readonly a: number[]; readonly b: number[] };
