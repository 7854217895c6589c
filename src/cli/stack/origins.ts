import type { Origin, Origins } from '../../core/origin.js';
import type { StackOptions } from './options.js';
import type { StackSite } from './site.js';

/** Where the words of a stack's plan come from, as far as somebody wrote them. */
export function stackOrigins(site: Pick<StackSite, 'stack' | 'variables'>, options: StackOptions): Origins {
  const files = filesOrigin(site);
  const name = flagOr(options.projectName !== undefined, '--project-name', variable('COMPOSE_PROJECT_NAME', site));
  const profiles = flagOr(options.profiles.length > 0, '--compose-profile', variable('COMPOSE_PROFILES', site));
  return {
    ...(files === null
      ? {}
      : Object.fromEntries(site.stack.files.map((_, index) => [`stack/files/${index}`, [files]]))),
    ...(name === null ? {} : { 'stack/project': [name] }),
    ...(profiles === null ? {} : { 'stack/profiles': [profiles] }),
    'stack/services': [{ kind: 'argument', index: 0 }],
    ...Object.fromEntries(
      ['detach', 'build', 'pull', 'no-cache'].map((flag) => [`stack/${flag}`, [{ kind: 'flag', flag: `--${flag}` }]]),
    ),
  };
}

function filesOrigin({ stack }: Pick<StackSite, 'stack'>): Origin | null {
  if (stack.by === 'flag') return { kind: 'flag', flag: '--compose-file' };
  return stack.by === 'COMPOSE_FILE' ? { kind: 'variable', name: 'COMPOSE_FILE' } : null;
}

function variable(name: string, { variables }: Pick<StackSite, 'variables'>): Origin | null {
  const found = variables[name];
  if (found === undefined || found.value === '') return null;
  return { kind: 'variable', name, file: found.file, line: found.line };
}

function flagOr(given: boolean, flag: string, other: Origin | null): Origin | null {
  return given ? { kind: 'flag', flag } : other;
}
