import { PodctlError, type Problem, throwProblems } from '../core/errors.js';
import { type Capability, HAS_API, OLDEST, sinceOf, type Via } from './capability.js';
import { CAPABILITIES } from './capability-table.js';
import type { EngineFacts } from './facts.js';
import type { ContainerSpec } from './spec.js';
import { isAtLeast } from './version.js';

/**
 * Fit a spec to an engine's version and way: what has an older spelling gets it, the rest is an error that names every option and
 * the version that has it (UNAVAILABLE). Nothing is left out.
 */
export function lowerSpec(spec: ContainerSpec, engine: EngineFacts, via: Via): ContainerSpec {
  checkEngine(engine, via);
  const lowered = rewrite(spec, engine);
  const problems = Object.values(CAPABILITIES)
    .flat()
    .flatMap((capability) => missing(capability, lowered, { engine, via }));
  throwProblems('UNAVAILABLE', `${engine.name} ${engine.version} lacks what this container needs`, problems);
  return lowered;
}

function checkEngine({ name, version }: EngineFacts, via: Via): void {
  if (!isAtLeast(version, OLDEST[name])) {
    throw new PodctlError('UNAVAILABLE', `${name} ${version} is too old: podctl needs ${OLDEST[name]} or newer`, {
      hint: `update ${name}, or choose another engine with --engine`,
    });
  }
  if (via === 'api' && !HAS_API[name]) {
    throw new PodctlError('UNAVAILABLE', `${name} does not speak docker's API`, { hint: 'run with --via cli' });
  }
}

function missing(
  capability: Capability,
  spec: ContainerSpec,
  { engine, via }: { readonly engine: EngineFacts; readonly via: Via },
): readonly Problem[] {
  const uses = capability.uses(spec);
  if (uses.length === 0) return [];
  const why = reasonAgainst(capability, engine, via);
  if (why === null) return [];
  const where = via === 'api' ? `${engine.name} ${engine.version} through its API` : `${engine.name} ${engine.version}`;
  return [
    { message: `${where} cannot do \`${capability.option}\` (${uses.join(', ')}): ${why}`, hint: capability.instead },
  ];
}

function reasonAgainst(capability: Capability, engine: EngineFacts, via: Via): string | null {
  const since = sinceOf(capability, engine.name, via);
  if (since === null) return elsewhere(capability, engine, via);
  if (!isAtLeast(engine.version, since)) return `it came with ${engine.name} ${since}`;
  return capability.unless?.(engine, via) ?? null;
}

// No version of this engine: say who can.
function elsewhere(capability: Capability, engine: EngineFacts, via: Via): string {
  if (via === 'api' && capability.since[engine.name] !== null) return `only the ${engine.name} program can`;
  const able = Object.entries(capability.since).flatMap(([name, since]) =>
    since === null ? [] : [`${name} ${since}`],
  );
  if (able.length === 0) return 'no engine that podctl knows has it';
  return `no version of ${engine.name} has it; ${able.join(', ')} and newer have`;
}

// A word for the default is a word that only podman knows, and `label:disable` is docker's old spelling of `label=disable`.
function rewrite(spec: ContainerSpec, engine: EngineFacts): ContainerSpec {
  const pid = engine.name !== 'podman' && spec.pid === 'private' ? null : spec.pid;
  return { ...spec, pid, security: spec.security.map((option) => option.replace(/^(label|seccomp|apparmor):/, '$1=')) };
}
