/** Names of compose files, the best first. */
export const COMPOSE_FILES = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'] as const;

/** Names of what is laid over such a file when nobody names files; the first that is there counts. */
export const OVERRIDE_FILES = [
  'compose.override.yml',
  'compose.override.yaml',
  'docker-compose.override.yml',
  'docker-compose.override.yaml',
] as const;

/** The files in a value of COMPOSE_FILE. */
export function splitComposeFile(text: string, separator: string): readonly string[] {
  return text.split(separator).filter((part) => part !== '');
}

/** The names in a value of COMPOSE_PROFILES. */
export function splitProfiles(text: string): readonly string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** A project's name as every provider takes it. */
export function projectNameProblem(name: string): string | null {
  return /^[a-z0-9][a-z0-9_-]*$/.test(name)
    ? null
    : 'it must begin with a lower-case letter or a digit, and have only those, dashes and underscores';
}
