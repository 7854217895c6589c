import { PodctlError, type Problem, throwProblems } from '../../core/errors.js';
import { resolvePath } from '../../core/path.js';
import type { PortState } from '../../io/port-holder.js';
import type { LabelledFrame, OverFile } from '../../plan/stack/compose-step.js';
import { fixedPorts, type MovedPort, movedList, moveWords, type StackPort } from '../../plan/stack/ports.js';
import type { ComposeModel } from '../../profile/compose/model.js';
import { portVariable } from '../../profile/compose/port-variable.js';
import { canDo, FILE_FEATURES, whoCan } from '../../spec/stack/features.js';
import type { Context } from '../context.js';
import { flavourOf } from '../project.js';
import { projectStateDir } from '../state.js';
import type { StackSite } from './site.js';

/** `--ports`: `auto` moves taken ports to free ones and remembers them, `files` forgets that. */
export type PortsWish = 'auto' | 'files' | null;

export type PortsRequest = {
  readonly site: StackSite;
  readonly model: ComposeModel;
  readonly started: ReadonlySet<string>;
  readonly wish: PortsWish;
  /** What is moved is remembered. */
  readonly acts: boolean;
};

/** Read `--ports`. */
export function readPortsWish(text: string | undefined): PortsWish {
  if (text === undefined || text === 'auto' || text === 'files') return text ?? null;
  throw new PodctlError('USAGE', `\`--ports ${text}\` means nothing`, { hint: 'write --ports auto, or --ports files' });
}

/** The frame with the host ports that the stack gets. Throws CANNOT_CREATE for a taken one that may not be moved, and says who has it. */
export async function settlePorts(
  frame: LabelledFrame,
  request: PortsRequest,
  context: Context,
): Promise<LabelledFrame> {
  const fixed = fixedPorts(request.model, request.started);
  const remembered = request.wish === 'files' ? {} : await readMemory(request.site, context);
  if (fixed.length === 0) return frame;
  const mover = new Mover(request, context, { fixed, own: await ownPorts(request, fixed, context) });
  const moved: MovedPort[] = [];
  const problems: Problem[] = [];
  for (const port of fixed) {
    const answer = await mover.place(port, remembered[port.key] ?? null);
    if ('problem' in answer) problems.push(answer.problem);
    else if (answer.to !== port.port) moved.push({ ...port, to: answer.to });
  }
  throwProblems('CANNOT_CREATE', 'ports of this stack are taken', problems);
  if (request.acts) await remember(request, { remembered, fixed, moved }, context);
  for (const one of moved) context.output.note(`note: ${moveWords(one)}`);
  return moved.length === 0 ? frame : withMoved(frame, moved, { request, context });
}

type Placed = { readonly to: number } | { readonly problem: Problem };
/** How far from its own place a port is moved at most. */
const REACH = 500;

/** The ports that the files fix, and those that the stack's own containers hold. */
type Known = { readonly fixed: readonly StackPort[]; readonly own: ReadonlySet<string> };

class Mover {
  readonly #request: PortsRequest;
  readonly #context: Context;
  readonly #own: ReadonlySet<string>;
  readonly #given: Set<number>;

  constructor(request: PortsRequest, context: Context, { fixed, own }: Known) {
    this.#request = request;
    this.#context = context;
    this.#own = own;
    // Another port of the stack must not take a place that the files give away.
    this.#given = new Set(fixed.map(({ port }) => port));
  }

  async place(port: StackPort, remembered: number | null): Promise<Placed> {
    const wanted = remembered ?? port.port;
    const state = await this.#state(port.address, wanted);
    if (state.free) return this.#give(wanted);
    if (this.#request.wish !== 'auto') return { problem: takenProblem(port, wanted, state) };
    for (let to = port.port + 1; to <= Math.min(port.port + REACH, 65_535); to++) {
      if (this.#given.has(to)) continue;
      if ((await this.#state(port.address, to)).free) return this.#give(to);
    }
    return { problem: takenProblem(port, wanted, state) };
  }

  #give(to: number): Placed {
    this.#given.add(to);
    return { to };
  }

  // What the stack's own containers hold is theirs to keep.
  async #state(address: string, port: number): Promise<PortState> {
    if (this.#own.has(`${port}`)) return { free: true };
    const { portState } = await this.#context.rooms.ports();
    const { host, files } = this.#context.world;
    return portState({ address, port }, { platform: host.platform, files });
  }
}

function takenProblem({ service, address }: StackPort, port: number, state: PortState): Problem {
  const at = `${address.includes(':') ? `[${address}]` : address}:${port}`;
  if (state.free) return { message: `${service}: ${at} is free` };
  if (state.why === 'no-address') {
    return { message: `${service}: this machine has no address ${address}`, hint: 'correct `ports:` of the service' };
  }
  if (state.why === 'denied') {
    return { message: `${service}: this user may not open ${at}`, hint: 'publish on a port from 1024 up' };
  }
  const { holder } = state;
  const who = holder === null ? 'another program' : `\`${holder.program}\` (process ${holder.pid})`;
  return {
    message: `${service}: ${at} is taken by ${who}`,
    hint: '`--ports auto` publishes it on a free one; or end that program',
  };
}

// Asked only where something is taken: the usual start needs no answer.
async function ownPorts(
  { site }: PortsRequest,
  fixed: readonly StackPort[],
  { rooms, world }: Context,
): Promise<ReadonlySet<string>> {
  const { portState } = await rooms.ports();
  const { host, files } = world;
  const states = await Promise.all(
    fixed.map(({ address, port }) => portState({ address, port }, { platform: host.platform, files })),
  );
  const memory = await readMemory(site, { world });
  if (states.every(({ free }) => free) && Object.keys(memory).length === 0) return new Set();
  const { makeObserver } = await rooms.observe();
  const containers = await makeObserver(site.found, { host }).containers([`com.docker.compose.project=${site.name}`]);
  const running = containers.filter(({ state }) => state === 'running' || state === 'paused');
  return new Set(running.flatMap(({ ports }) => ports.map(({ hostPort }) => String(hostPort))));
}

type Moving = { readonly request: PortsRequest; readonly context: Context };

function withMoved(frame: LabelledFrame, moved: readonly MovedPort[], moving: Moving): Promise<LabelledFrame> {
  const { site } = moving.request;
  const byVariable = moved.flatMap((port) => {
    const variable = portVariable(site.sources, { service: port.service, target: port.from.target });
    return variable === null ? [] : [{ port, variable }];
  });
  const environment = Object.fromEntries(
    byVariable.map(({ port, variable }) => {
      const { address } = port.from;
      return [variable.name, variable.whole && address !== null ? `${address}:${port.to}` : String(port.to)];
    }),
  );
  const fixed = moved.filter((port) => byVariable.every((one) => one.port !== port));
  const set = { ...frame, environment: { ...frame.environment, ...environment } };
  return fixed.length === 0 ? Promise.resolve(set) : withOverride(set, fixed, moving);
}

async function withOverride(
  frame: LabelledFrame,
  moved: readonly MovedPort[],
  { request, context }: Moving,
): Promise<LabelledFrame> {
  const { site, model } = request;
  if (!canDo(site.provider, FILE_FEATURES.tags)) {
    const services = [...new Set(moved.map(({ service }) => service))].join(', ');
    throw new PodctlError(
      'UNAVAILABLE',
      `${site.provider.name} ${site.provider.version} cannot take ports away that the files fix (${services})`,
      { hint: `${whoCan(FILE_FEATURES.tags)} can; or write \`\${PORT:-…}:\` in the file` },
    );
  }
  const { renderComposePorts } = await import('../../render/compose-ports.js');
  const names = [...new Set(moved.map(({ service }) => service))];
  const content = renderComposePorts(
    Object.fromEntries(names.map((name) => [name, movedList(model.services[name]?.ports ?? [], moved)])),
  );
  const path = stateFile(site, 'yaml', context);
  const write = (await context.world.files.readText(path)) !== content;
  const over: OverFile = { path, content, write, why: 'host ports that were moved' };
  return { ...frame, over: [...frame.over, over] };
}

type Memory = Readonly<Record<string, number>>;

async function readMemory(site: StackSite, { world }: Pick<Context, 'world'>): Promise<Memory> {
  const text = (await world.files.readText(stateFile(site, 'txt', { world }))) ?? '';
  return Object.fromEntries(
    text.split('\n').flatMap((line) => {
      const [, key, port] = /^(.+) -> (\d+)$/.exec(line) ?? [];
      return key === undefined ? [] : [[key, Number(port)]];
    }),
  );
}

async function remember(
  { site }: PortsRequest,
  {
    remembered,
    fixed,
    moved,
  }: { readonly remembered: Memory; readonly fixed: readonly StackPort[]; readonly moved: readonly MovedPort[] },
  { world }: Context,
): Promise<void> {
  const others = Object.entries(remembered).filter(([key]) => fixed.every((port) => port.key !== key));
  const lines = [...others, ...moved.map(({ key, to }) => [key, to] as const)].map(([key, to]) => `${key} -> ${to}\n`);
  const path = stateFile(site, 'txt', { world });
  if (((await world.files.readText(path)) ?? '') === lines.join('')) return;
  await world.files.makeDirectory(projectStateDir(world.host, site.project.id), 0o700);
  await world.files.writeText(path, lines.join(''), 0o600);
}

function stateFile(site: StackSite, ending: 'txt' | 'yaml', { world }: Pick<Context, 'world'>): string {
  const folder = projectStateDir(world.host, site.project.id);
  return resolvePath(folder, `ports-${site.name}.${ending}`, flavourOf(world.host));
}
