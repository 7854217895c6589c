import type { ListeningSocket } from '../io/proc-net.js';
import { recognise } from './failures/recognise.js';

/** Why a published port stays silent. `logs`: the container's last lines, where they tell something. */
export type Diagnosis = {
  readonly kind:
    | 'exited'
    | 'gone'
    | 'loopback-only'
    | 'other-port'
    | 'not-listening'
    | 'no-answer'
    | 'bad-status'
    | 'unknown';
  /** What is the matter, in one sentence. */
  readonly sentence: string;
  readonly hint: string;
  readonly exitCode: number | null;
  readonly logs: readonly string[];
};

/** Tell from the listening sockets inside a container why its port does not answer. */
export function diagnose(sockets: readonly Pick<ListeningSocket, 'address' | 'port'>[], wanted: number): Diagnosis {
  // Docker's own name server listens inside containers of named networks.
  const own = sockets.filter((socket) => socket.address !== '127.0.0.11');
  const there = own.filter((socket) => socket.port === wanted);
  if (there.some((socket) => !isLoopback(socket.address))) return noAnswer(wanted);
  if (there.length > 0) return loopbackOnly(wanted);
  const others = [...new Set(own.map((socket) => socket.port))].toSorted((a, b) => a - b);
  return others.length === 0 ? notListening(wanted) : otherPort(wanted, others);
}

const NOT_STARTED: ReadonlySet<string> = new Set(['exec-format', 'script-interpreter', 'not-executable', 'no-shell']);

/** The verdict on a container that ended before its port answered. */
export function exited(exitCode: number | null, logs: readonly string[]): Diagnosis {
  const code = exitCode === null ? '' : ` with exit code ${exitCode}`;
  // The program's own words could be anything; these are the kernel's and the runtime's on its start.
  const known = recognise(logs.join('\n'), 'docker');
  if (known !== null && NOT_STARTED.has(known.id)) {
    const sentence = `the container ended${code}: ${known.sentence}`;
    return { kind: 'exited', sentence, hint: known.hint, exitCode, logs };
  }
  return {
    kind: 'exited',
    sentence: `the container ended${code} before its port answered`,
    hint: logs.length === 0 ? 'run it without --detach to see what it says' : 'its last lines say why',
    exitCode,
    logs,
  };
}

/** A verdict without anything more to tell. */
export function plainDiagnosis(kind: Diagnosis['kind'], sentence: string, hint: string): Diagnosis {
  return { kind, sentence, hint, exitCode: null, logs: [] };
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}

function loopbackOnly(wanted: number): Diagnosis {
  return plainDiagnosis(
    'loopback-only',
    `the program listens on 127.0.0.1:${wanted} inside the container, where no published port can reach it`,
    'make it listen on 0.0.0.0; the published address still limits who can reach it',
  );
}

function otherPort(wanted: number, ports: readonly number[]): Diagnosis {
  const list = ports.slice(0, 5).join(', ');
  return plainDiagnosis(
    'other-port',
    `nothing listens on port ${wanted} inside the container; the program listens on ${list}`,
    `publish container port ${ports[0]}, or tell the program to listen on ${wanted}`,
  );
}

function notListening(wanted: number): Diagnosis {
  return plainDiagnosis(
    'not-listening',
    `the container runs, but nothing in it listens on port ${wanted} or any other`,
    'see `podctl logs`; it may still be starting',
  );
}

function noAnswer(wanted: number): Diagnosis {
  return plainDiagnosis(
    'no-answer',
    `the program listens on port ${wanted} inside the container, but gives no answer`,
    'see `podctl logs`; it may still be starting, or a firewall may be in the way',
  );
}
