import { formatPort } from '../../core/port.js';
import type { StackWait } from '../../engine/stack/wait.js';
import type { ServiceVerdict } from '../../plan/stack/wait.js';
import type { Context } from '../context.js';
import { formatTable } from '../ui/table.js';

/** What a verb shows beside how the services stand. */
export type Extra = { readonly json: Readonly<Record<string, unknown>>; readonly text: string };

/** Print how the services of a stack stand. */
export function printWait(
  { verdicts, containers, waited, outcome }: Pick<StackWait, 'verdicts' | 'containers' | 'waited' | 'outcome'>,
  { project, json, extra }: { readonly project: string; readonly json: boolean; readonly extra: Extra | null },
  { output }: Context,
): void {
  if (json) {
    const services = verdicts.map((verdict) => ({
      ...verdict,
      containers: containers
        .filter(({ service }) => service === verdict.service)
        .map(({ name, state, ports }) => ({ name, state, ports })),
    }));
    output.json({ project, outcome, waited, services, ...extra?.json });
    return;
  }
  if (extra !== null) output.text(extra.text);
  if (outcome !== 'up') return;
  const rows = verdicts.map((verdict) => {
    const own = containers.filter(({ service }) => service === verdict.service);
    return [verdict.service, stateOf(verdict), [...new Set(own.flatMap(portsOf))].join(', ')];
  });
  output.text(formatTable(['SERVICE', 'STATE', 'PORTS'], rows));
}

const BY = {
  health: 'healthy',
  ports: 'answers',
  running: 'running',
  ended: 'done',
  none: 'not wanted',
} as const satisfies Record<Extract<ServiceVerdict, { kind: 'done' }>['by'], string>;

function stateOf(verdict: ServiceVerdict): string {
  return verdict.kind === 'done' ? BY[verdict.by] : verdict.state;
}

function portsOf({ ports }: StackWait['containers'][number]): readonly string[] {
  return ports.map((port) => {
    const protocol = port.protocol === 'udp' || port.protocol === 'sctp' ? port.protocol : 'tcp';
    return formatPort({ ...port, protocol });
  });
}
