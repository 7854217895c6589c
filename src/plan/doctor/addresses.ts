import type { Attempt } from './engines.js';
import { type Finding, note, orOk, problem, warning } from './finding.js';

export type AddressFacts = {
  readonly attempts: readonly Attempt[];
  /** Which of these variables are set. */
  readonly variables: readonly string[];
};

/** Addresses that were set by hand or left behind, and where nobody answers. */
export function judgeAddresses({ attempts, variables }: AddressFacts): readonly Finding[] {
  const findings = attempts.flatMap((attempt) =>
    attempt.facts === null ? judgeSilent(attempt) : judgeStranger(attempt),
  );
  return orOk([...findings, ...bothSet(variables)], 'every address that is set has an engine behind it');
}

function judgeSilent({ what, answer }: Attempt): readonly Finding[] {
  if (answer === 'not set' || answer.startsWith('none ')) return [];
  if (/^(DOCKER_HOST|CONTAINER_HOST)$/.test(what)) return [deadVariable(what, answer)];
  if (what.startsWith('docker context ')) return [deadContext(what.slice('docker context '.length), answer)];
  if (what.startsWith('podman connection ')) return [deadConnection(what, answer)];
  const socket = /^socket (.*)$/.exec(what)?.[1];
  return socket !== undefined && answer.includes('nobody listens') ? [deadSocket(socket)] : [];
}

function deadVariable(name: string, answer: string): Finding {
  return problem(`${name} leads nowhere: ${answer}`, {
    why: 'every engine command of this shell goes there',
    mend: `unset ${name}, or start the engine behind it`,
  });
}

function deadContext(name: string, answer: string): Finding {
  return problem(`the docker context \`${name}\` leads nowhere: ${answer}`, {
    why: 'docker goes there with every command',
    mend: 'docker context use default',
  });
}

function deadConnection(what: string, answer: string): Finding {
  return problem(`the ${what} leads nowhere: ${answer}`, {
    why: 'podman goes there with every command',
    mend: 'podman machine start, or podman system connection default NAME',
  });
}

function deadSocket(path: string): Finding {
  return warning(`nobody listens at the socket ${path}`, {
    why: 'programs that find it wait for an engine that is not there',
    mend: `start its engine, or remove it: rm ${path}`,
  });
}

// A link put podman where docker is looked for.
function judgeStranger({ what, engine, facts }: Attempt): readonly Finding[] {
  if (facts === null || facts.name === engine || !what.startsWith('socket ')) return [];
  return [
    note(`behind ${what} is ${facts.name}, not ${engine}`, {
      why: `programs that ask for ${engine} get ${facts.name} here`,
    }),
  ];
}

function bothSet(variables: readonly string[]): readonly Finding[] {
  if (!variables.includes('DOCKER_HOST') || !variables.includes('DOCKER_CONTEXT')) return [];
  return [
    warning('DOCKER_HOST and DOCKER_CONTEXT are both set', {
      why: 'DOCKER_HOST wins, and the context is passed over',
      mend: 'unset DOCKER_HOST',
    }),
  ];
}
