import { expect, it } from 'vitest';
import { stopPatience } from '../../../src/plan/stack/patience.js';
import { readModel } from '../../../src/profile/compose/read-model.js';

const places = { folder: '/p', home: '/home/ann', flavour: 'posix' } as const;
const model = readModel(
  {
    services: {
      app: { image: 'a', stop_grace_period: '2m' },
      db: { image: 'b', stop_grace_period: '1m30s' },
      quick: { image: 'c', stop_grace_period: '0s' },
      plain: { image: 'd' },
      odd: { image: 'e', stop_grace_period: 'a while' },
      endless: { image: 'f', stop_grace_period: '9000h' },
    },
  },
  places,
);

it.each([
  { started: ['app', 'db'], seconds: 30 + 120 + 90, what: 'the sum of what they may take' },
  { started: ['quick'], seconds: 30, what: "the provider's own work" },
  { started: ['plain'], seconds: 30 + 10, what: "compose's own ten seconds where nothing is said" },
  { started: ['odd', 'plain'], seconds: 86_400, what: 'a day for what only the provider reads' },
  { started: ['endless'], seconds: 86_400, what: 'no longer than a day' },
])('$what', ({ started, seconds }) => {
  expect(stopPatience(model, started)).toBe(seconds * 1000);
});
