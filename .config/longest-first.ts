import { basename } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// Files of acceptance tests that take longest, in this order: whatever starts last should be short. The others follow by size. The first
// one makes the Debian that others wait for, so the next ones need none.
export const LONGEST = [
  'stager',
  'reset',
  'rac-up',
  'rac-deploy',
  'test-image',
  'server-dump',
  'prune',
  'db-server',
  'stack-images',
  'panoptes',
  'images',
  'gantry',
  'rac-box',
  'desi',
  'stack',
  'stack-up',
  'engine-attached',
  'stack-wait',
  'stack-attached',
  'rac-engine-away',
  'lock',
  'db-sqlite',
  'rac-wake',
  'build-context',
  'secret-delivery',
  'rac-web',
];

/** Orders test files: what talks to engines and takes long first, then the rest of that, then what only computes. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- no array: the order that vitest would give
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}

function rank({ moduleId, project }: TestSpecification): number {
  if (project.name === 'unit') return LONGEST.length + 2;
  const place = LONGEST.indexOf(basename(moduleId, '.test.ts'));
  if (project.name === 'acceptance' && place >= 0) return place;
  return LONGEST.length + (project.name === 'acceptance' ? 0 : 1);
}
