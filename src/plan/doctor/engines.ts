import { OLDEST } from '../../spec/capability.js';
import type { EngineFacts, EngineName } from '../../spec/facts.js';
import { isAtLeast } from '../../spec/version.js';
import { type Finding, note, ok, problem, warning } from './finding.js';

/** One way to an engine that was tried. `facts` null: it led nowhere, and `answer` says why. */
export type Attempt = {
  /** For instance `DOCKER_HOST` or `socket /run/docker.sock`. */
  readonly what: string;
  readonly engine: EngineName;
  readonly address: string | null;
  readonly facts: EngineFacts | null;
  readonly answer: string;
};

/** Who decided which engine is used. */
export type ChosenBy = '--engine' | 'PODCTL_ENGINE' | 'remembered' | 'order';

export type EngineSurvey = {
  readonly platform: string;
  /** null: no engine answers the choice. */
  readonly chosen: { readonly facts: EngineFacts; readonly foundBy: string } | null;
  readonly by: ChosenBy;
  /** Why none was chosen. */
  readonly failure: { readonly message: string; readonly tried: readonly string[] } | null;
  /** Everything that was tried, chosen or not. */
  readonly attempts: readonly Attempt[];
  /** systemd runs this machine. */
  readonly systemd: boolean;
};

/** Which engine is used and why, and which others answer. */
export function judgeEngines(survey: EngineSurvey): readonly Finding[] {
  const { chosen } = survey;
  const first = chosen === null ? [noEngine(survey)] : [usedEngine(chosen, survey.by), ...tooOld(chosen.facts)];
  return [...first, ...others(survey)];
}

const BY: Readonly<Record<ChosenBy, string>> = {
  '--engine': 'because of --engine',
  PODCTL_ENGINE: 'because of PODCTL_ENGINE',
  remembered: 'remembered for this project',
  order: 'the first that answers',
};

function usedEngine({ facts, foundBy }: NonNullable<EngineSurvey['chosen']>, by: ChosenBy): Finding {
  const api = facts.apiVersion === null ? '' : `, API ${facts.apiVersion}`;
  const kind = facts.rootless ? ', rootless' : '';
  return ok(`${facts.name} ${facts.version} is used (${foundBy}${api}${kind}), ${BY[by]}`);
}

function tooOld({ name, version }: EngineFacts): readonly Finding[] {
  if (isAtLeast(version, OLDEST[name])) return [];
  return [
    warning(`${name} ${version} is older than ${OLDEST[name]}`, {
      why: 'podctl was never tried with it: commands may fail on options that it lacks',
      mend: `install ${name} ${OLDEST[name]} or newer`,
    }),
  ];
}

function others({ attempts, chosen }: EngineSurvey): readonly Finding[] {
  const seen = new Set<string>(chosen === null ? [] : [chosen.facts.name]);
  return attempts.flatMap(({ facts, what }) => {
    if (facts === null || seen.has(facts.name)) return [];
    seen.add(facts.name);
    return [
      note(`${facts.name} ${facts.version} answers too (${what})`, {
        mend: `podctl COMMAND --engine ${facts.name}`,
      }),
    ];
  });
}

function noEngine(survey: EngineSurvey): Finding {
  const { failure, attempts } = survey;
  const tried = (failure?.tried ?? []).join('; ');
  const seen = `${failure?.message ?? 'no container engine answered'}${tried === '' ? '' : `: ${tried}`}`;
  const why = 'nothing can be started';
  const elsewhere = attempts.find(({ facts }) => facts !== null);
  if (elsewhere?.facts !== null && elsewhere !== undefined) {
    return problem(seen, { why, mend: otherWay(elsewhere, survey) });
  }
  if (attempts.some(({ answer }) => answer.includes('permission denied'))) return noAccess(seen, survey);
  return problem(seen, { why, mend: startCommand(survey) });
}

// What was set by hand shuts out an engine that would answer.
function otherWay({ facts }: Attempt, { by, attempts }: EngineSurvey): string {
  const variable = attempts.find(({ what, facts: there }) => there === null && HAND_SET.test(what));
  if (by === 'order' && variable !== undefined) return `unset ${variable.what}`;
  return `podctl COMMAND --engine ${facts?.name ?? 'NAME'}`;
}

const HAND_SET = /^(DOCKER_HOST|CONTAINER_HOST|CONTAINER_CONNECTION)$/;

function noAccess(seen: string, { platform }: EngineSurvey): Finding {
  return problem(seen, {
    why: 'the engine is there, but this user may not speak with it',
    mend:
      platform === 'linux'
        ? 'sudo usermod -aG docker "$USER", then log in again (whoever is in that group can become root); or use rootless podman'
        : 'start the engine as this user',
  });
}

function startCommand({ platform, attempts, systemd }: EngineSurvey): string {
  if (platform === 'darwin') return 'podman machine start, or open -a Docker';
  if (platform === 'win32') return 'podman machine start, or start Docker Desktop';
  const silent = attempts.some(({ engine, answer }) => engine === 'docker' && !/not found|not there/.test(answer));
  if (!silent) return 'install docker or podman with the package manager, for instance sudo apt-get install podman';
  return systemd ? 'sudo systemctl start docker' : 'sudo dockerd, in a terminal of its own';
}
