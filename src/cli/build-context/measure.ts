import { isWithin, resolvePath } from '../../core/path.js';
import { walkTree } from '../../io/walk.js';
import type { World } from '../../io/world.js';
import { CONTEXT_START, type ContextMeasure, ContextTally, type Suspect } from '../../plan/context-measure.js';
import { type ContextReport, type Copying, reportContext } from '../../plan/context-report.js';
import { PASSWORD_IN_URL } from '../../plan/context-rules.js';
import { copyLines } from '../../plan/copied-paths.js';
import { makeIgnore } from '../../plan/ignore-file.js';
import { shownPath } from '../profiles.js';
import { flavourOf } from '../project.js';
import { type ContextTarget, type Found, findIgnoreFile, type MeasureSite } from './ignore-file.js';

/** Measure the contexts of some builds; builds that share folder and ignore file share a report. */
export async function measureContexts(
  targets: readonly ContextTarget[],
  site: MeasureSite,
): Promise<readonly ContextReport[]> {
  const groups = new Map<string, Found[]>();
  for (const target of targets) {
    const found = await findIgnoreFile(target, site);
    const key = JSON.stringify([target.folder, found.path, found.builder]);
    groups.set(key, [...(groups.get(key) ?? []), found]);
  }
  const reports: ContextReport[] = [];
  for (const group of groups.values()) reports.push(...(await measureGroup(group, site.world)));
  return reports;
}

async function measureGroup(group: readonly Found[], world: World): Promise<readonly ContextReport[]> {
  const [first] = group;
  if (first === undefined) return [];
  const { folder } = first.target;
  const at = (name: string) => resolvePath(folder, name, flavourOf(world.host));
  const tally = new ContextTally(makeIgnore(first.ignore, first.builder));
  await walkTree({ root: folder, state: CONTEXT_START, files: world.files }, tally);
  const measure = await withProof(tally.result(), at, world);
  return [
    reportContext({
      images: group.map(({ target }) => target.image),
      folder,
      builder: first.builder,
      ignoreFile: first.path === null ? null : shownPath(first.path, world.host),
      ignore: first.ignore,
      unread: first.unread.map((path) => shownPath(path, world.host)),
      measure,
      copying: (await Promise.all(group.map((found) => copyingOf(found, world)))).flat(),
      asksGit: await gitAsker(at, world),
      hasGit: (await world.files.lstat(at('.git'))) !== null,
    }),
  ];
}

// No key and no list of passwords is larger.
const MOST_READ = 1_000_000;

// A name alone does not make a certificate a private key: such files are opened.
async function withProof(measure: ContextMeasure, at: (name: string) => string, world: World): Promise<ContextMeasure> {
  const suspects: Suspect[] = [];
  for (const suspect of measure.suspects) {
    const { proof } = suspect.rule;
    if (proof === undefined || (suspect.bytes <= MOST_READ && (await holds(at(suspect.path), proof, world)))) {
      suspects.push(suspect);
    }
  }
  const config = '.git/config';
  if (measure.git === null || measure.git.pointer || PASSWORD_IN_URL.proof === undefined)
    return { ...measure, suspects };
  const loose =
    (await world.files.stat(at(config)))?.kind === 'file' && (await holds(at(config), PASSWORD_IN_URL.proof, world));
  const remote: Suspect = { path: config, bytes: 0, files: 1, rule: PASSWORD_IN_URL, git: true };
  return { ...measure, suspects: loose ? [...suspects, remote] : suspects };
}

// What cannot be read may be one.
async function holds(path: string, proof: RegExp, { files }: World): Promise<boolean> {
  try {
    return proof.test((await files.readText(path)) ?? '');
  } catch {
    return true;
  }
}

async function copyingOf({ target, containerfile }: Found, world: World): Promise<readonly Copying[]> {
  const text = containerfile === null ? null : await readOrNull(containerfile, world);
  if (text === null || containerfile === null) return [];
  const shown = isWithin(containerfile, world.host.cwd) ? shownPath(containerfile, world.host) : containerfile;
  return [{ file: shown, lines: copyLines(text, target.target) }];
}

const GIT_ASKERS = /setuptools[-_]scm|hatch[-_]vcs|poetry-dynamic-versioning|versioneer|versioningit/;

async function gitAsker(at: (name: string) => string, world: World): Promise<string | null> {
  for (const name of ['pyproject.toml', 'setup.cfg', 'setup.py']) {
    const found = GIT_ASKERS.exec((await readOrNull(at(name), world)) ?? '');
    if (found !== null) return found[0];
  }
  return null;
}

async function readOrNull(path: string, { files }: World): Promise<string | null> {
  try {
    return await files.readText(path);
  } catch {
    return null;
  }
}
