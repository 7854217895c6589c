import { describe, expect, it } from 'vitest';
import type { ProviderFacts } from '../setup/state.mjs';
import { describeDocker, describePodman, type TestEngine } from './engines.js';

export type ProviderName = 'compose-v2' | 'compose-v1' | 'podman-compose';

/** One program that runs compose files, and the engine that it runs them on. */
export type TestProvider = {
  readonly name: ProviderName;
  readonly engine: TestEngine;
  readonly version: string;
  /** What podctl needs in its environment to find engine and provider. */
  readonly env: Readonly<Record<string, string>>;
};

const OF_ENGINE = {
  docker: ['compose-v2', 'compose-v1'],
  podman: ['compose-v2', 'podman-compose'],
} as const;

const FACT = { 'compose-v2': 'v2', 'compose-v1': 'v1', 'podman-compose': 'podman' } as const;

type OfEngine = { readonly [Engine in keyof typeof OF_ENGINE]: readonly (typeof OF_ENGINE)[Engine][number][] };

/**
 * A block of tests for each provider on each engine that it runs on, or for those that are named. A missing one fails it, as a
 * missing engine does.
 */
export function describeProviders(
  title: string,
  block: (provider: TestProvider) => void,
  of: OfEngine = OF_ENGINE,
): void {
  const each =
    (names: readonly ProviderName[]) =>
    (engine: TestEngine): void => {
      for (const name of names) {
        const facts = engine.compose[FACT[name]];
        describe(`by ${name}`, () => {
          if (facts === null) missing(name);
          else block(testProvider(name, { engine, facts }));
        });
      }
    };
  if (of.docker.length > 0) describeDocker(title, each(of.docker));
  if (of.podman.length > 0) describePodman(title, each(of.podman));
}

function testProvider(
  name: ProviderName,
  { engine, facts }: { readonly engine: TestEngine; readonly facts: ProviderFacts },
): TestProvider {
  return { name, engine, version: facts.version, env: { ...engine.env, ...facts.env } };
}

function missing(name: ProviderName): void {
  it(`needs ${name}`, () => {
    expect.unreachable(`${name} is not there: run \`node test/setup/engines.mjs up\`, and read what it says`);
  });
}
