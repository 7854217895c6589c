import type { Command } from 'commander';
import { formatPort } from '../../core/port.js';
import { LABEL } from '../../core/project.js';
import type { ContainerFacts } from '../../spec/facts.js';
import { openSite, projectContainers } from '../containers.js';
import type { Context } from '../context.js';
import { type Flags, makeCommand } from '../parser.js';
import { formatTable } from '../ui/table.js';

export type PsOptions = {
  readonly engine: string | undefined;
  readonly mode: string | undefined;
  /** Of every project. */
  readonly all: boolean;
  readonly json: boolean;
};

/** `podctl ps`. */
export function definePs(context: Context): Command {
  return makeCommand(
    {
      name: 'ps',
      about: 'list the containers that podctl started for this project, stopped ones too',
      flags: ['mode', 'all', 'engine', 'json'],
    },
    context.world.streams,
  ).action((flags: Flags) =>
    context.finish(
      runPs({ engine: flags.engine, mode: flags.mode, all: flags.all === true, json: flags.json === true }, context),
    ),
  );
}

/** Print one row per container. */
export async function runPs(options: PsOptions, context: Context): Promise<number> {
  const site = await openSite({ engine: options.engine, purpose: 'look' }, context);
  const containers = options.all
    ? (await site.observer.containers([LABEL.project])).filter(
        ({ labels }) => options.mode === undefined || labels[LABEL.mode] === options.mode,
      )
    : await projectContainers({ words: [], mode: options.mode }, site);
  if (options.json) context.output.json({ containers });
  else context.output.text(table(containers, options.all));
  return 0;
}

function table(containers: readonly ContainerFacts[], all: boolean): string {
  const heads = ['NAME', 'COMMAND', 'MODE', 'STATE', 'PORTS', 'IMAGE'];
  const rows = containers.map((container) => [
    container.name,
    container.labels[LABEL.command] ?? '',
    container.labels[LABEL.mode] ?? '',
    container.state === 'exited' ? `exited (${container.exitCode ?? '?'})` : container.state,
    container.ports.map(portText).join(', '),
    container.image,
  ]);
  if (!all) return formatTable(heads, rows);
  const projects = containers.map(({ labels }) => labels[LABEL.project] ?? '');
  return formatTable(
    ['PROJECT', ...heads],
    rows.map((row, index) => [projects[index] ?? '', ...row]),
  );
}

function portText(port: ContainerFacts['ports'][number]): string {
  const protocol = port.protocol === 'udp' || port.protocol === 'sctp' ? port.protocol : 'tcp';
  return formatPort({ ...port, protocol });
}
