import type { Place } from '../../core/place.js';
import { isPlainTable, listIn, tableIn } from './plain.js';
import type { ComposeSource } from './source.js';

/** What a compose file asks for that some providers cannot take. */
export type FileAskName =
  | 'name'
  | 'include'
  | 'tags'
  | 'healthy'
  | 'completed'
  | 'optionalDependency'
  | 'longEnvFile'
  | 'startInterval'
  | 'inlineBuild'
  | 'buildContexts'
  | 'configs'
  | 'develop'
  | 'secretVariable';

/** `service` null: the file as a whole. */
export type FileAsk = { readonly name: FileAskName; readonly service: string | null; readonly at: Place };

/** Everything in the files that not every provider can take, with its place. */
export function fileAsks(sources: readonly ComposeSource[]): readonly FileAsk[] {
  return sources.flatMap((source) => {
    const { data, tags, place } = source;
    const whole = (['name', 'include'] as const).filter((key) => data[key] !== undefined && data[key] !== null);
    return [
      ...whole.map((name) => ({ name, service: null, at: place([name]) })),
      ...Object.entries(tableIn(data['secrets']))
        .filter(([, secret]) => 'environment' in tableIn(secret))
        .map(([secret]) => ({ name: 'secretVariable' as const, service: null, at: place(['secrets', secret]) })),
      ...tags.map(({ at }) => ({ name: 'tags' as const, service: null, at })),
      ...Object.entries(tableIn(data['services'])).flatMap(([service, value]) => serviceAsks(service, value, source)),
    ];
  });
}

function serviceAsks(service: string, value: unknown, { place }: ComposeSource): readonly FileAsk[] {
  const table = tableIn(value);
  const ask = (name: FileAskName, ...path: readonly string[]): FileAsk => {
    return { name, service, at: place(['services', service, ...path]) };
  };
  const build = tableIn(table['build']);
  const health = tableIn(table['healthcheck']);
  return [
    ...Object.entries(tableIn(table['depends_on'])).flatMap(([on, how]) =>
      dependencyAsks(tableIn(how)).map((name) => ask(name, 'depends_on', on)),
    ),
    ...(listIn(table['env_file']).some(isPlainTable) ? [ask('longEnvFile', 'env_file')] : []),
    ...('start_interval' in health ? [ask('startInterval', 'healthcheck', 'start_interval')] : []),
    ...('dockerfile_inline' in build ? [ask('inlineBuild', 'build', 'dockerfile_inline')] : []),
    ...('additional_contexts' in build ? [ask('buildContexts', 'build', 'additional_contexts')] : []),
    ...('configs' in table ? [ask('configs', 'configs')] : []),
    ...('develop' in table ? [ask('develop', 'develop')] : []),
  ];
}

function dependencyAsks(how: Readonly<Record<string, unknown>>): readonly FileAskName[] {
  const { condition } = how;
  return [
    ...(condition === 'service_healthy' ? (['healthy'] as const) : []),
    ...(condition === 'service_completed_successfully' ? (['completed'] as const) : []),
    ...('required' in how ? (['optionalDependency'] as const) : []),
  ];
}
