import * as z from 'zod/mini';
import { DESCRIPTIONS } from './descriptions.js';
import { Container, Profile } from './schema.js';
import { placeBelow } from './shape.js';

type Node = Record<string, unknown>;

/** The profile's JSON Schema (draft 7, which editors for TOML know), with a description of every key. */
export function profileSchema(): Readonly<Record<string, unknown>> {
  const registry = z.registry<{ id: string }>();
  registry.add(Container, { id: 'Container' });
  const { $schema, ...schema } = z.toJSONSchema(Profile, { metadata: registry, target: 'draft-7' });
  const title = 'podctl profile';
  return { $schema, title, description: 'How the containers of one application run.', ...describe(schema, '') };
}

function describe(node: Node, shape: string): Node {
  const description = Object.hasOwn(DESCRIPTIONS, shape) ? DESCRIPTIONS[shape] : undefined;
  const entries = Object.entries(node).flatMap(([key, value]): [string, unknown][] => {
    // Names of table entries are checked by podctl itself; the rule `any text` says nothing.
    if (key === 'propertyNames' || key === 'id') return [];
    return [[key, describePart(key, value, shape)]];
  });
  return { ...(description === undefined ? {} : { description }), ...Object.fromEntries(entries) };
}

function describePart(key: string, value: unknown, shape: string): unknown {
  if (key === 'properties') return mapNodes(value, (name) => placeBelow(shape, name));
  if (key === 'definitions') return mapNodes(value, () => 'container');
  if (key === 'additionalProperties' && isNode(value)) return describe(value, placeBelow(shape, '*'));
  if (key === 'items' && isNode(value)) return describe(value, placeBelow(shape, '#'));
  // Alternatives of one key: the key's description stands above them.
  if (key === 'anyOf' && Array.isArray(value)) {
    return value.map((each: unknown) => (isNode(each) ? withoutDescription(describe(each, shape)) : each));
  }
  return value;
}

function mapNodes(value: unknown, shapeOf: (name: string) => string): unknown {
  if (!isNode(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, node]) => [name, isNode(node) ? describe(node, shapeOf(name)) : node] as const),
  );
}

function withoutDescription(node: Node): Node {
  return Object.fromEntries(Object.entries(node).filter(([key]) => key !== 'description'));
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
