import { EXIT_CODE, PodctlError } from '../../core/errors.js';
import { nearest } from '../../core/nearest.js';
import { isLocal } from '../../engine/doctor/details.js';
import { type CheckName, type CheckReport, checkNames, countOf, findCheck } from '../../plan/doctor/checks.js';
import { type Finding, warning } from '../../plan/doctor/finding.js';
import type { Context } from '../context.js';
import { LOOKS } from './checks.js';
import { type Desk, type DoctorOptions, openDesk } from './desk.js';
import { printReports } from './print.js';

// What takes longer is told, and waited for no more. A container has to start on a busy machine, too.
const LIMIT_MS = 5_000;
const CONTAINER_MS = 11_000;

/** Look at everything, print what was found; 78 when something needs mending. */
export async function runDoctor(
  options: DoctorOptions & { readonly checks: readonly string[] },
  context: Context,
): Promise<number> {
  const wanted = readChecks(options.checks);
  const desk = await openDesk(options, context);
  try {
    const reports = await Promise.all(wanted.map((check) => examine(check, desk)));
    const broken = countOf(reports, 'problem') > 0;
    if (options.json) context.output.json({ ok: !broken, ...(await enginesOf(desk)), checks: reports });
    else await printReports(reports, context);
    return broken ? EXIT_CODE.HOST_SETTING : 0;
  } finally {
    desk.room.close();
  }
}

function readChecks(words: readonly string[]): readonly CheckName[] {
  const asked = words.map((word) => {
    const check = findCheck(word);
    if (check !== undefined) return check;
    const meant = nearest(word, checkNames());
    throw new PodctlError('USAGE', `doctor has no check \`${word}\``, {
      hint: meant === undefined ? `it knows ${checkNames().join(', ')}` : `did you mean ${meant}?`,
    });
  });
  return asked.length === 0 ? checkNames() : checkNames().filter((name) => asked.includes(name));
}

async function examine(check: CheckName, desk: Desk): Promise<CheckReport> {
  try {
    const limit = limitOf(check, desk);
    const findings = await desk.room.within(limit, () => LOOKS[check](desk));
    return { check, findings: findings ?? [tooLong(check, limit)] };
  } catch (error) {
    if (!(error instanceof PodctlError)) throw error;
    return { check, findings: [failed(error)] };
  }
}

// Clock and disk of an engine elsewhere are seen from inside a container.
function limitOf(check: CheckName, { found, context }: Desk): number {
  const far = found !== null && !isLocal(found, context.world.host.platform);
  return check === 'dns' || (far && (check === 'clock' || check === 'disk')) ? CONTAINER_MS : LIMIT_MS;
}

function tooLong(check: CheckName, limit: number): Finding {
  return warning(`this did not end within ${limit / 1000} s`, {
    why: 'something that it asks does not answer, or the machine is very busy',
    mend: `podctl doctor ${check}`,
  });
}

function failed({ message, hint }: PodctlError): Finding {
  return warning(`this could not be looked at: ${message}`, {
    why: 'nothing is known about it',
    mend: hint ?? 'try again',
  });
}

async function enginesOf({ found, by, attempts }: Desk) {
  const engine =
    found === null
      ? null
      : {
          name: found.facts.name,
          version: found.facts.version,
          api: found.facts.apiVersion,
          foundBy: found.connection.foundBy,
          by,
        };
  const tried = (await attempts()).map(({ what, engine: name, address, facts, answer }) => ({
    what,
    engine: facts?.name ?? name,
    version: facts?.version ?? null,
    address,
    answer,
  }));
  return { engine, tried };
}
