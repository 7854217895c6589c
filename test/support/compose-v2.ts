import type { ProviderFacts } from '../../src/spec/stack/provider.js';

/** Docker's compose plugin, as it was found. */
export const COMPOSE_V2: ProviderFacts = {
  name: 'compose-v2',
  kind: 'compose-v2',
  version: '2.26.1',
  words: ['docker', 'compose'],
  env: {},
  foundBy: 'docker compose',
};
