import type { Command } from 'commander';
import { COMPOSE_LABEL } from '../../core/compose-label.js';
import { formatPort } from '../../core/port.js';
import { LABEL } from '../../core/project.js';
import type { ContainerFacts } from '../../spec/facts.js';
import { openSite, projectContainers } from '../containers.js';
import type { Context } from '../context.js';
import { type Flags, makeCommand } from '../parser.js';
import { readStackChoice, type StackChoice } from '../stack/options.js';
import { stackNearby } from '../stack/place.js';
import { formatTable } from '../ui/table.js';

export type PsOptions = {
  readonly engine: string | undefined;
  readonly mode: string | undefined;
  /** Of every project. */
  readonly all: boolean;
  readonly json: boolean;
  readonly stack: StackChoice;
};

/** `podctl ps`. */
export function definePs(context: Context): Command {
  return makeCommand(
    {
      name: 'ps',
      about: 'list the containers that podctl started for this project, stopped ones too',
      flags: ['mode', 'all', 'composeFile', 'projectName', 'engine', 'json'],
    },
    context.world.streams,
  ).action((flags: Flags) =>
    context.finish(
      runPs(
        {
          engine: flags.engine,
          mode: flags.mode,
          all: flags.all === true,
          json: flags.json === true,
          stack: readStackChoice(flags),
        },
        context,
      ),
    ),
  );
}

/** Print one row per container. */
export async function runPs(options: PsOptions, context: Context): Promise<number> {
  const place = await stackNearby(options.stack, context.world);
  const site = await openSite({ engine: options.engine, purpose: 'look', project: place?.project }, context);
  const containers = options.all
    ? (await site.observer.containers([LABEL.project])).filter(
        ({ labels }) => options.mode === undefined || labels[LABEL.mode] === options.mode,
      )
    : await projectContainers({ words: [], mode: options.mode, stack: options.stack.projectName }, site);
  if (options.json) context.output.json({ containers });
  else context.output.text(table(containers, options.all));
  return 0;
}

function table(containers: readonly ContainerFacts[], all: boolean): string {
  const heads = ['NAME', 'COMMAND', 'MODE', 'STATE', 'PORTS', 'IMAGE'];
  const rows = containers.map((container) => [
    container.name,
    container.labels[LABEL.command] ?? container.labels[COMPOSE_LABEL.service] ?? '',
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
