import { basename } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// Files of acceptance tests that take longest, in this order: whatever starts last should be short. The others follow by size.
export const LONGEST = [
  'rac-deploy',
  'stager',
  'reset',
  'stack',
  'test-image',
  'server-dump',
  'db-sqlite',
  'prune',
  'desi',
  'db-server',
  'panoptes',
  'images',
  'engine-attached',
  'failures',
  'stack-images',
  'stack-up',
  'stack-attached',
  'prune-kill',
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
