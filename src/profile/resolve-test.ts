import * as z from 'zod/mini';
import { parseDuration } from '../core/duration.js';
import { parseSize } from '../core/size.js';
import { Filler } from './fill.js';
import type { LoadedProfile } from './merge.js';
import { problemsError } from './placement.js';
import { texts } from './resolve-images.js';
import type { ResolveRequest } from './resolved.js';
import { Test } from './schema.js';
import { plainOf, type Tree, tableAt } from './tree.js';

/** What must be true of an image; null and empty: not looked at. */
export type ExpectedImage = {
  /** Beginning of the version. */
  readonly python: string | null;
  /** null: the entrypoint's own Python, else `python3`. */
  readonly pythonProgram: string | null;
  readonly user: string | null;
  readonly entrypoint: readonly string[] | null;
  /** For instance `8080/tcp`. */
  readonly exposed: readonly string[] | null;
  readonly labels: Readonly<Record<string, string>>;
  /** Bytes. */
  readonly maxSize: number | null;
  /** false: the user may not be root. */
  readonly root: false | null;
  readonly filesPresent: readonly string[];
  readonly filesAbsent: readonly string[];
};

/** The part of [test] that belongs to no container. */
export type TestSettings = {
  /** Milliseconds; null: no limit. */
  readonly timeout: number | null;
  readonly reports: readonly { readonly path: string; readonly to: string }[];
  readonly expect: ExpectedImage;
};

// Filled where the tests themselves are, or by nobody.
const OWN = ['timeout', 'reports', 'expect'];

/** Time limit, reports and expectations with their texts final. Throws BAD_DATA with all problems. */
export function resolveTest(loaded: LoadedProfile, request: Pick<ResolveRequest, 'variables' | 'names'>): TestSettings {
  const filler = new Filler(loaded.tree, {
    variables: request.variables,
    names: { ...request.names, profile: loaded.name },
  });
  const table = tableAt(loaded.tree, ['test']);
  const own: Tree = { ...table, entries: new Map([...table.entries].filter(([key]) => OWN.includes(key))) };
  const filled = filler.fillTree(own, ['test']);
  if (filler.problems.length > 0)
    throw problemsError(`the tests of profile \`${loaded.name}\` are not complete`, filler.problems);
  const { timeout, reports, expect } = z.parse(Test, plainOf(filled));
  return {
    timeout: timeout === undefined ? null : parseDuration(timeout),
    reports: reports ?? [],
    expect: expectedOf(expect === false || expect === undefined ? {} : expect),
  };
}

type Expect = Exclude<NonNullable<Test['expect']>, false>;

function expectedOf(expect: Expect): ExpectedImage {
  return {
    python: expect.python ?? null,
    pythonProgram: expect.python_program ?? null,
    user: expect.user ?? null,
    entrypoint: expect.entrypoint ?? null,
    exposed: expect.exposed?.map(exposedPort) ?? null,
    labels: texts(expect.labels),
    maxSize: expect.max_size === undefined ? null : parseSize(String(expect.max_size)),
    root: expect.root ?? null,
    filesPresent: expect.files_present ?? [],
    filesAbsent: expect.files_absent ?? [],
  };
}

function exposedPort(port: number | string): string {
  return String(port).includes('/') ? String(port) : `${port}/tcp`;
}
