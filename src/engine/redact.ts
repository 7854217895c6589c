import { Secret } from '../core/secret.js';
import type { Plan } from '../plan/step.js';

const REDACTED = '[redacted]';

/** Takes every secret of a plan out of a text, for words of engines that may repeat what they were given. */
export function makeRedactor(plan: Plan): (text: string) => string {
  const values = [...new Set(plan.steps.flatMap((step) => secretsIn(step)).flatMap(partsOf))]
    .filter((value) => value !== '')
    // Longest first: a secret may hold another one.
    .toSorted((a, b) => b.length - a.length);
  return (text) => values.reduce((rest, value) => rest.replaceAll(value, REDACTED), text);
}

/** A copy of a value in which every secret is plain text: what goes to the engine and nowhere else. */
export function revealAll(value: unknown): unknown {
  if (value instanceof Secret) return value.reveal();
  if (Array.isArray(value)) return value.map(revealAll);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revealAll(inner)]));
}

function secretsIn(value: unknown): readonly string[] {
  if (value instanceof Secret) return [value.reveal()];
  if (Array.isArray(value)) return value.flatMap(secretsIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(secretsIn);
}

// An env file is secret as a whole, and so is each value in it; a part of one or two letters would match everywhere.
const SHORTEST_PART = 4;

function partsOf(secret: string): readonly string[] {
  const lines = secret.split('\n').map((line) => line.trim());
  const values = lines.filter((line) => /^\w+=/.test(line)).map((line) => line.slice(line.indexOf('=') + 1));
  return [secret, ...[...lines, ...values].filter((part) => part.length >= SHORTEST_PART)];
}
