import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { Filler } from '../../src/profile/fill.js';
import { Container, Image, Profile } from '../../src/profile/schema.js';
import { Data } from '../../src/profile/schema-data.js';
import { isTable, isTree, mergeTrees, plainOf, type Tree, tableAt, treeOf } from '../../src/profile/tree.js';
import { containerOf, dataOf, imageOf, profileOf } from '../../src/profile/typed.js';
import { prune, viewOf } from '../../src/profile/view.js';

const WORDS = ['a', '/a', '${A:-x}', '{mode}', '${A}'];
// Few keys, so that layers meet in the same places.
const KEYS = ['one', 'two'];

/** Data that the schema takes, made from the schema itself: a new field is in the game at once. */
function dataFor(schema: unknown): fc.Arbitrary<unknown> {
  if (schema instanceof z.ZodMiniOptional) return dataFor(schema.def.innerType);
  if (schema instanceof z.ZodMiniUnion) return fc.oneof(...schema.def.options.map(dataFor));
  if (schema instanceof z.ZodMiniArray) return fc.array(dataFor(schema.def.element), { maxLength: 2 });
  if (schema instanceof z.ZodMiniRecord) {
    return fc.dictionary(fc.constantFrom(...KEYS), dataFor(schema.def.valueType), { maxKeys: 2 });
  }
  if (schema instanceof z.ZodMiniObject) {
    const fields = Object.entries(schema.shape);
    const required = fields.flatMap(([key, field]) => (field instanceof z.ZodMiniOptional ? [] : [key]));
    return fc.record(Object.fromEntries(fields.map(([key, field]) => [key, dataFor(field)])), {
      requiredKeys: required,
    });
  }
  if (schema instanceof z.ZodMiniEnum) return fc.constantFrom(...schema.options);
  if (schema instanceof z.ZodMiniLiteral) return fc.constantFrom(...schema.def.values);
  if (schema instanceof z.ZodMiniBoolean) return fc.boolean();
  if (schema instanceof z.ZodMiniNumber) return fc.integer();
  if (schema instanceof z.ZodMiniString) return fc.constantFrom(...WORDS);
  throw new Error('the schema has a part that this test cannot make data for');
}

const layer = dataFor(Profile).filter((data) => z.safeParse(Profile, data).success);

function merge(layers: readonly unknown[]): Tree {
  const trees = layers.flatMap((data, index) => {
    return isTable(data) ? [treeOf(z.parse(Profile, data), { file: `${index}.toml`, path: [] })] : [];
  });
  return prune(trees.reduce(mergeTrees), []).tree;
}

function fill(tree: Tree, path: readonly string[], profile: Tree): Tree {
  return new Filler(profile, { variables: { A: { value: '7' } }, names: { mode: 'm', each: 'e' } }).fillTree(
    tree,
    path,
  );
}

test('what layers make together is what the schema would make of it', () => {
  fc.assert(
    fc.property(fc.array(layer, { minLength: 1, maxLength: 3 }), (layers) => {
      const merged = merge(layers);
      expect(profileOf(merged)).toStrictEqual(z.parse(Profile, plainOf(merged)));
    }),
    { numRuns: 300 },
  );
});

test('filled containers, images and data are what the schema would make of them', () => {
  fc.assert(
    fc.property(fc.array(layer, { minLength: 1, maxLength: 2 }), (layers) => {
      const merged = merge(layers);
      for (const mode of [null, ...KEYS]) {
        const container = fill(viewOf(merged, mode, 'one').tree, ['container'], merged);
        expect(containerOf(container)).toStrictEqual(z.parse(Container, plainOf(container)));
      }
      for (const [key, node] of tableAt(merged, ['images']).entries) {
        if (!isTree(node)) continue;
        const image = fill(node, ['images', key], merged);
        expect(imageOf(image)).toStrictEqual(z.parse(Image, plainOf(image)));
      }
      for (const [key, node] of tableAt(merged, ['data']).entries) {
        if (!isTree(node)) continue;
        const data = fill(node, ['data', key], merged);
        expect(dataOf(data)).toStrictEqual(z.parse(Data, plainOf(data)));
      }
    }),
    { numRuns: 300 },
  );
});
