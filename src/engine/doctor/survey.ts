import { PodctlError } from '../../core/errors.js';
import { escapeControl, redactUrls } from '../../core/text.js';
import type { Files } from '../../io/files.js';
import { findProgram } from '../../io/find-program.js';
import type { Host } from '../../io/host.js';
import { withinLimit } from '../../io/limit.js';
import type { Attempt } from '../../plan/doctor/engines.js';
import type { Asking, Tools } from '../ask.js';
import { type Candidate, nothing } from '../candidate.js';
import { DETECTORS, tryOne } from '../detect.js';
import type { FoundEngine } from '../engine.js';
import { probe } from '../probe.js';
import { realProcesses } from '../process.js';

export type SurveyDeps = { readonly host: Host; readonly files: Files; readonly tools?: Tools };

/** Long enough for a program that has to start something, short enough for somebody who waits. */
const LIMIT_MS = 1_700;

/** Every way to an engine that podctl knows, each asked. The one that is used is not asked again. */
export async function surveyEngines(found: FoundEngine | null, deps: SurveyDeps): Promise<readonly Attempt[]> {
  const { host, files } = deps;
  const tools = deps.tools ?? { probe, run: realProcesses(host).run };
  const asking: Asking = { host, files, tools };
  const candidates = (await Promise.all(DETECTORS.map((detector) => findAll(detector.find, asking)))).flat();
  const ways = candidates.filter((candidate) => !isProgram(candidate));
  const attempts = await Promise.all(ways.map((candidate) => attempt(candidate, found, asking)));
  // The program of an engine that answered at an address would only say the same, and take longer.
  const known = attempts.flatMap(({ facts }) => (facts === null ? [] : [facts.name]));
  const programs = candidates.filter((one) => isProgram(one) && !known.includes(one.engine));
  return [...attempts, ...(await Promise.all(programs.map((candidate) => attempt(candidate, found, asking))))];
}

function isProgram({ foundBy }: Candidate): boolean {
  return foundBy.startsWith('program ');
}

type Find = (typeof DETECTORS)[number]['find'];

// A config file that cannot be read is told where logins are looked at.
async function findAll(find: Find, asking: Asking): Promise<readonly Candidate[]> {
  try {
    return await find(asking);
  } catch (error) {
    if (error instanceof PodctlError) return [nothing('docker', 'docker config', error.message)];
    throw error;
  }
}

async function attempt(candidate: Candidate, found: FoundEngine | null, asking: Asking): Promise<Attempt> {
  const { foundBy: what, engine, address } = candidate;
  const silent = (answer: string): Attempt => ({
    what,
    engine,
    address,
    facts: null,
    answer: escapeControl(redactUrls(answer)),
  });
  if (candidate.broken !== undefined) return silent(candidate.broken);
  if (found !== null && isSame(candidate, found)) return { ...silent('used'), facts: found.facts };
  if (address === null && !(await isInstalled(candidate, asking))) {
    return silent(`\`${engine}\` was not found`);
  }
  const answer = await withinLimit(LIMIT_MS, () => tryOne(candidate, asking));
  if (answer === null) return silent(`no answer within ${LIMIT_MS / 1000} s`);
  return 'facts' in answer ? { ...silent('answers'), facts: answer.facts } : silent(answer.reason);
}

function isSame({ foundBy, address }: Candidate, { connection }: FoundEngine): boolean {
  return connection.foundBy === foundBy || (address !== null && address === connection.address);
}

async function isInstalled(candidate: Candidate, { host, files }: Asking): Promise<boolean> {
  if (!isProgram(candidate)) return true;
  const { engine } = candidate;
  return (await findProgram(engine, { host, files, folder: host.cwd })) !== null;
}
