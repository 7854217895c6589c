import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { capabilitiesPage } from '../../.config/docs.mjs';
import { type Capability, HAS_API, OLDEST, type Since, sinceOf } from '../../src/spec/capability.js';
import { CAPABILITIES } from '../../src/spec/capability-table.js';
import { IMAGE_CAPABILITIES } from '../../src/spec/image-capability.js';
import { EMPTY_SPEC } from '../../src/spec/spec.js';
import { FILE_FEATURES, OPTION_FEATURES } from '../../src/spec/stack/features.js';
import { PROVIDER_KINDS } from '../../src/spec/stack/provider.js';
import { compareVersions } from '../../src/spec/version.js';
import { FULL_SPEC } from './full-spec.js';

const rows: readonly Capability[] = Object.values(CAPABILITIES).flat();

describe('the capability table', () => {
  test('has a row for every field of the spec, and asks for something in each', () => {
    const asked = rows.flatMap((row) => row.uses(FULL_SPEC)).map((pointer) => pointer.split('/')[0]);
    expect(Object.keys(EMPTY_SPEC).filter((field) => !asked.includes(field))).toEqual([]);
  });

  test('asks for nothing where the spec says nothing', () => {
    expect(rows.filter((row) => row.uses(EMPTY_SPEC).length > 0).map(({ option }) => option)).toEqual([]);
  });

  test('names every option once', () => {
    const names = rows.map(({ option }) => option);
    expect(new Set(names).size).toBe(names.length);
  });

  test.each([...rows, ...IMAGE_CAPABILITIES])(
    '$option: no version before the oldest, and words where somebody lacks it',
    (row) => {
      const early = Object.entries<Since | undefined>({ ...row.since, ...row.api }).filter(([name, since]) => {
        const oldest = Object.entries(OLDEST).find(([engine]) => engine === name)?.[1] ?? '';
        return typeof since === 'string' && compareVersions(since, oldest) < 0;
      });
      expect(early).toEqual([]);
      const lacking =
        [...Object.values(row.since), ...Object.values(row.api ?? {})].includes(null) || row.unless !== undefined;
      expect([row.option, lacking && row.instead === undefined]).toEqual([row.option, false]);
    },
  );

  test('the API differs only where a row says so', () => {
    const [gpu] = CAPABILITIES.gpus;
    expect(
      gpu === undefined
        ? []
        : [sinceOf(gpu, 'podman', 'cli'), sinceOf(gpu, 'podman', 'api'), sinceOf(gpu, 'docker', 'api')],
    ).toEqual(['4.1', null, '20.10']);
  });

  test('docs/capabilities.md is what the table says; `npm run docs` renews it', () => {
    const stacks = { FILE_FEATURES, OPTION_FEATURES, PROVIDER_KINDS };
    const page = readFileSync(new URL('../../docs/capabilities.md', import.meta.url), 'utf8');
    expect(page).toBe(capabilitiesPage({ CAPABILITIES, IMAGE_CAPABILITIES, HAS_API, OLDEST, ...stacks }));
  });
});
