import type { EngineFacts } from '../../spec/facts.js';
import type { PortAnswer } from '../host-answers.js';
import { type Finding, ok, orOk, problem } from './finding.js';

/** A port of this machine that the project wants, and what was found there. */
export type WantedPort = {
  readonly address: string;
  readonly port: number;
  /** Who wants it, for instance `server` or `service db`. */
  readonly by: string;
  readonly answer: PortAnswer;
  /** The container that publishes it, if one does. `own`: of this project. */
  readonly container: { readonly name: string; readonly project: string | null; readonly own: boolean } | null;
};

export type PortsFacts = {
  readonly ports: readonly WantedPort[];
  readonly engine: Pick<EngineFacts, 'name' | 'rootless' | 'vm'> | null;
};

/** Who holds the ports that the project wants. */
export function judgePorts(facts: PortsFacts): readonly Finding[] {
  const { ports } = facts;
  if (ports.length === 0) return [ok('the project wants no port of this machine')];
  const own = ports.filter((port) => !port.answer.free && port.container?.own === true);
  const running = own.length === 0 ? '' : `; ${listOf(own)} by its own containers`;
  const seen = `what the project wants is free: ${listOf(ports.filter((port) => port.answer.free))}`;
  const free = own.length === ports.length ? `the project's own containers hold ${listOf(own)}` : `${seen}${running}`;
  return orOk(
    ports.flatMap((port) => judgePort(port, facts)),
    free,
  );
}

function listOf(ports: readonly WantedPort[]): string {
  return [...new Set(ports.map(placeOf))].join(', ');
}

function placeOf({ address, port }: WantedPort): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}

function judgePort(wanted: WantedPort, { engine }: PortsFacts): readonly Finding[] {
  const { answer, by, container } = wanted;
  if (answer.free || container?.own === true) return [];
  const what = `${placeOf(wanted)}, which \`${by}\` wants,`;
  if (answer.why === 'denied') return engine?.rootless === true ? [lowPort(wanted, what)] : [];
  if (answer.why === 'no-address') {
    return [
      problem(`${what} is no address of this machine`, {
        why: 'the start fails',
        mend: 'publish on 127.0.0.1, or on an address of this machine',
      }),
    ];
  }
  if (container !== null) return [otherContainer(container, { what, engine: engine?.name ?? 'docker' })];
  return [otherProgram(wanted, { what, holder: answer.holder })];
}

type Taken = { readonly what: string; readonly holder: { readonly pid: number; readonly program: string } | null };

function otherProgram({ port }: WantedPort, { what, holder }: Taken): Finding {
  const who = holder === null ? 'another program' : `\`${holder.program}\` (process ${holder.pid})`;
  return problem(`${what} is held by ${who}`, {
    why: 'the start fails, or the wrong program answers',
    mend:
      holder === null
        ? `sudo ss -ltnp 'sport = :${port}' says who; end it, or choose another port with --port`
        : `end it (kill ${holder.pid}), or choose another port with --port`,
  });
}

function otherContainer(
  { name, project }: NonNullable<WantedPort['container']>,
  { what, engine }: { readonly what: string; readonly engine: string },
): Finding {
  const whose = project === null ? '' : ` of project ${project}`;
  return problem(`${what} is held by the container \`${name}\`${whose}`, {
    why: 'the start fails',
    mend: `${engine} stop ${name}, or choose another port with --port`,
  });
}

function lowPort({ port }: WantedPort, what: string): Finding {
  return problem(`${what} is closed to users other than root`, {
    why: 'a rootless engine may not open it',
    mend: `sudo sysctl net.ipv4.ip_unprivileged_port_start=${port}, or choose a port from 1024 up with --port`,
  });
}
