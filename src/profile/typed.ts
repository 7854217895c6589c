import type { Container, Image, Mount, Profile } from './schema.js';
import type { Data } from './schema-data.js';
import { plainOf, type Tree } from './tree.js';

// Each layer was checked against the schema when it was read. What comes after keeps the schema's types: merging replaces whole
// values by others of the same place, `false` takes whole entries away, and filling in turns texts into texts. So the types are
// taken at their word here; building the schema again would cost every start milliseconds, and more with every new field.
// test/profile/typed.test.ts holds this against the schema itself, on profiles made at random from it.

/** A merged tree as the profile that it is. */
export function profileOf(merged: Tree): Profile {
  const data = plainOf(merged);
  if (!isProfile(data)) throw new TypeError('a merged profile is a table');
  return data;
}

/** A filled tree as the container that it is. */
export function containerOf(filled: Tree): Container {
  const data = plainOf(filled);
  if (!isContainer(data)) throw new TypeError('a filled container is a table');
  return data;
}

/** A filled tree as the image that it is. */
export function imageOf(filled: Tree): Image {
  const data = plainOf(filled);
  if (!isImage(data)) throw new TypeError('a filled image is a table');
  return data;
}

/** A filled tree as the mount that it is. */
export function mountOf(filled: Tree): Mount {
  const data = plainOf(filled);
  if (!isMount(data)) throw new TypeError('a filled mount is a table');
  return data;
}

/** A filled tree as the entry of [data] that it is. */
export function dataOf(filled: Tree): Data {
  const data = plainOf(filled);
  if (!isData(data)) throw new TypeError('a filled entry of data is a table');
  return data;
}

function isProfile(data: object): data is Profile {
  return !Array.isArray(data);
}

function isContainer(data: object): data is Container {
  return !Array.isArray(data);
}

function isImage(data: object): data is Image {
  return !Array.isArray(data);
}

function isMount(data: object): data is Mount {
  return !Array.isArray(data);
}

function isData(data: object): data is Data {
  return !Array.isArray(data);
}
