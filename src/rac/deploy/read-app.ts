import { PodctlError } from '../../core/errors.js';
import { nearest } from '../../core/nearest.js';
import { escapeControl } from '../../core/text.js';
import { asObject, asText } from '../../engine/json.js';
import type { AppSpec, ReadApp } from './app-spec.js';
import { type AppLimits, ENV_LABEL, ENV_NAME, LABELS, portOf } from './labels.js';

/** Where neither EXPOSE nor a label says a port. */
const USUAL_PORT = 8080;
const PAUSE_AFTER_MS = 30_000;
const IDLE_MS = 300_000;
const LEAST_CHECK_MS = 5_000;
const MOST_VOLUMES = 16;
const MOST_WARNINGS = 20;
const LONGEST_WORD = 80;
const PREFIX = 'rac.';
const KNOWN = LABELS.map(({ label }) => label);

/**
 * What an image's `config` object says of how it runs. Never throws: whatever it says wrongly becomes a warning, and what counts is then as
 * if it had not been said.
 */
export function readApp(config: Readonly<Record<string, unknown>>, limits: AppLimits): ReadApp {
  const exposed = readExposed(config);
  const volumes = readVolumes(config);
  const labels = readLabels(config, limits);
  const checks = readChecks(config);
  const defaults: AppSpec = {
    port: exposed.port ?? USUAL_PORT,
    host: null,
    volumes: volumes.paths,
    pauseAfter: PAUSE_AFTER_MS,
    idle: IDLE_MS,
    health: null,
    memory: limits.memory,
    cpus: limits.cpus,
    concurrency: null,
    env: labels.env,
    visibility: 'public',
    alwaysOn: false,
    startTimeout: limits.startTimeout,
    user: asText(config['User']),
    stopSignal: asText(config['StopSignal']) || null,
  };
  const warnings = [
    ...(labels.set.port === undefined ? exposed.warnings : []),
    ...volumes.warnings,
    ...labels.warnings,
    ...checks.warnings,
  ];
  return { app: { ...defaults, ...labels.set, ...checks.set }, warnings: atMost(warnings) };
}

type Exposed = { readonly port: number | null; readonly warnings: readonly string[] };

function readExposed(config: Readonly<Record<string, unknown>>): Exposed {
  const ports: number[] = [];
  const others: string[] = [];
  for (const text of Object.keys(asObject(config['ExposedPorts']))) {
    const [number = '', protocol = 'tcp'] = text.split('/');
    if (protocol === 'tcp' && isPort(number)) ports.push(Number(number));
    else others.push(text);
  }
  const port = ports.length === 0 ? null : Math.min(...ports);
  const warnings = others.map((text) => `EXPOSE ${shown(text)}: only TCP ports are served`);
  if (port !== null) return { port, warnings };
  return { port, warnings: [...warnings, `no EXPOSE of a TCP port and no label rac.port: ${USUAL_PORT} is taken`] };
}

function isPort(text: string): boolean {
  try {
    return portOf(text) > 0;
  } catch {
    return false;
  }
}

function readVolumes(config: Readonly<Record<string, unknown>>) {
  const paths = new Set<string>();
  const warnings: string[] = [];
  for (const text of Object.keys(asObject(config['Volumes'])).toSorted()) {
    const path = text.replaceAll(/\/+/g, '/').replace(/(?<=.)\/$/, '');
    const reason = refusal(path);
    if (reason !== null) warnings.push(`VOLUME ${shown(text)}: ${reason}`);
    else if (paths.size >= MOST_VOLUMES) warnings.push(`VOLUME ${shown(text)}: more than ${MOST_VOLUMES} volumes`);
    else paths.add(path);
  }
  return { paths: [...paths], warnings };
}

function refusal(path: string): string | null {
  if (!path.startsWith('/')) return 'not an absolute path';
  if (path === '/' || /^\/(proc|sys|dev)(\/|$)/.test(path)) return 'no place for data';
  if (path.split('/').some((part) => part === '..' || part === '.')) return 'a path without . and ..';
  if (escapeControl(path) !== path || path.includes(':')) return 'a path without control characters and colons';
  return null;
}

// Each check is a program that the engine starts, outside of what the container may use of the processors.
function readChecks(config: Readonly<Record<string, unknown>>): Pick<Labels, 'warnings'> & { set: Partial<AppSpec> } {
  const { Interval, StartInterval } = asObject(config['Healthcheck']);
  const [every, early] = [bounded(Interval), bounded(StartInterval)];
  if (every === 0 && early === 0) return { set: {}, warnings: [] };
  const warnings = [`HEALTHCHECK: at most every ${LEAST_CHECK_MS / 1000}s here, which it gets`];
  return { set: { checks: { every, early } }, warnings };
}

// Images count in nanoseconds; 0 is what the engine is used to.
function bounded(interval: unknown): number {
  return typeof interval === 'number' && interval > 0 && interval < LEAST_CHECK_MS * 1e6 ? LEAST_CHECK_MS : 0;
}

type Labels = {
  readonly set: Partial<AppSpec>;
  readonly env: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
};

function readLabels(config: Readonly<Record<string, unknown>>, limits: AppLimits): Labels {
  let set: Partial<AppSpec> = {};
  const env = new Map<string, string>();
  const warnings: string[] = [];
  for (const [label, value] of Object.entries(asObject(config['Labels'])).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (!label.startsWith(PREFIX)) continue;
    if (typeof value !== 'string') warnings.push(`label ${shown(label)}: its value is no text`);
    else if (label.startsWith(ENV_LABEL)) {
      const name = label.slice(ENV_LABEL.length);
      if (ENV_NAME.test(name)) env.set(name, value);
      else warnings.push(`label ${shown(label)}: \`${shown(name)}\` is no name of a variable`);
    } else {
      const read = readLabel(label, value.trim(), limits);
      set = { ...set, ...read.set };
      warnings.push(...read.warnings);
    }
  }
  return { set, env: Object.fromEntries(env), warnings };
}

function readLabel(label: string, value: string, limits: AppLimits): Pick<Labels, 'set' | 'warnings'> {
  const row = LABELS.find((known) => known.label === label);
  if (row === undefined) {
    // The comparison takes the square of the length, which a stranger chooses.
    const meant = label.length > LONGEST_WORD ? undefined : nearest(label, KNOWN);
    const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
    return { set: {}, warnings: [`label ${shown(label)} is not known${hint}`] };
  }
  try {
    const { set, warning } = row.read(value, limits);
    return { set, warnings: warning === undefined ? [] : [`label ${label}=${shown(value)}: ${warning}`] };
  } catch (error) {
    if (!(error instanceof PodctlError)) throw error;
    return { set: {}, warnings: [`label ${label}=${shown(value)}: ${escapeControl(error.message)}`] };
  }
}

// What a stranger wrote is shown to others: short, and without anything that steers a terminal.
function shown(text: string): string {
  const plain = escapeControl(text);
  return plain.length <= LONGEST_WORD ? plain : `${plain.slice(0, LONGEST_WORD)}…`;
}

function atMost(warnings: readonly string[]): readonly string[] {
  if (warnings.length <= MOST_WARNINGS) return warnings;
  return [...warnings.slice(0, MOST_WARNINGS), `and ${warnings.length - MOST_WARNINGS} more`];
}
