import { expect, it } from 'vitest';
import { freePort } from '../support/machine.js';

it('gives those who ask at the same time different ports', async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, () => freePort()));
  expect(new Set(ports).size).toBe(20);
});
