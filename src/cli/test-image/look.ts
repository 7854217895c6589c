import { ifPossible, PodctlError } from '../../core/errors.js';
import type { Plan } from '../../plan/step.js';
import { type Expectation, type ImageFindings, judgeExpectations } from '../../plan/test-expect.js';
import { carryOut } from '../carry-out.js';
import type { Context } from '../context.js';
import type { TestBed } from './bed.js';
import type { PreparedTest } from './prepare.js';

/** Hold the image against what the profile expects of it. Nothing of the image runs but its Python, where a version is asked for. */
export async function lookAtImage(
  bed: TestBed,
  prepared: PreparedTest,
  context: Context,
): Promise<readonly Expectation[]> {
  const { expect } = bed.settings;
  const ref = prepared.test?.spec.image ?? bed.image.ref;
  const image = prepared.image ?? (await bed.observer.image(ref));
  if (image === null)
    throw new PodctlError('UNAVAILABLE', `the image \`${ref}\` is not there`, { hint: 'podctl pull gets it' });
  const inside = await lookInside(bed, prepared, context);
  const size = expect.maxSize === null ? null : await bed.room.imageSize(ref);
  return judgeExpectations(expect, { ...image, ...inside, size });
}

type Inside = Pick<ImageFindings, 'python' | 'files'>;

async function lookInside(bed: TestBed, prepared: PreparedTest, context: Context): Promise<Inside> {
  const { probe } = prepared.steps;
  if (probe.make.length === 0) return { python: null, files: {} };
  const run = (steps: Plan['steps']) => carryOut({ ...prepared.plan, steps }, bed.found, context);
  await run(probe.make);
  try {
    const { expect } = bed.settings;
    const container = `${prepared.mark.name}-look`;
    const paths = [...new Set([...expect.filesPresent, ...expect.filesAbsent])];
    const files = await Promise.all(
      paths.map(async (path) => [path, await bed.room.hasPath(container, path)] as const),
    );
    const python = probe.ask === null ? null : await versionOf(() => run(probe.ask === null ? [] : [probe.ask]));
    return { python, files: Object.fromEntries(files) };
  } finally {
    await run(probe.remove);
  }
}

// An image without Python is a finding, no failure.
async function versionOf(ask: () => Promise<{ readonly stdout: string }>): Promise<string | null> {
  const version = (await ifPossible(ask))?.stdout.trim() ?? '';
  return /^\d+(\.\w+)+$/.test(version) ? version : null;
}
