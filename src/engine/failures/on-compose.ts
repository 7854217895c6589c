import type { KnownFailure } from './failure.js';

/** Compose files and their providers. */
export const COMPOSE_FAILURES: readonly KnownFailure[] = [
  {
    id: 'unhealthy',
    words: [
      /dependency failed to start: container (?<name>\S+) is unhealthy/i,
      /container "?(?<name>[^\s"]+)"? is unhealthy/i,
      /for (?<name>\S+)\s+Container "[^"]+" is unhealthy/i,
    ],
    code: 'UNAVAILABLE',
    sentence: 'the service in container `{name}` does not get healthy',
    hint: 'its last lines: podctl logs SERVICE; what its check says: {engine|docker} inspect --format "{{json .State.Health}}" {name}',
  },
  {
    id: 'job-failed',
    words: [
      /service "(?<name>[^"]+)" didn't complete successfully: exit (?<exit>\d+)/i,
      /container "?(?<name>[^\s"]+)"? (?:didn't complete successfully|exited)(?: with code)? ?\(?(?<exit>\d+)?\)?/i,
      /dependency failed to start: container (?<name>\S+) exited \((?<exit>\d+)\)/i,
    ],
    code: 'UNAVAILABLE',
    sentence: '`{name}`, which others wait for, ended with {exit|an error}',
    hint: 'its last lines say why: podctl logs SERVICE',
  },
  {
    id: 'compose-variable',
    words: [
      /required variable (?<name>\w+) is missing a value/i,
      /Missing mandatory value for "[^"]*" option interpolating/i,
      // Of podman-compose, which has only the file's own words for it.
      /in rec_subs[\s\S]*RuntimeError: [^\n]+\s*$/i,
    ],
    code: 'BAD_DATA',
    sentence: "the compose file needs a value for {'name|a variable}",
    hint: 'set it in .env or in the environment: podctl env check lists what is missing, podctl env init asks for it',
  },
  {
    id: 'compose-env-file',
    words: [/env file (?<path>\S+) not found/i, /Couldn't find env file: (?<path>\S+)/i],
    code: 'MISSING_INPUT',
    sentence: 'the env file `{path}` is not there',
    hint: 'copy it from its sample, or write it with podctl env init',
  },
  {
    id: 'compose-missing',
    words: [
      /no configuration file provided: not found/i,
      /Can't find a suitable configuration file/i,
      /no compose\.yaml, [^\n]* file found/i,
      /missing files: \[/i,
    ],
    code: 'MISSING_INPUT',
    sentence: 'there is no compose file here or above',
    hint: 'name it with -f FILE, or set COMPOSE_FILE',
  },
  {
    id: 'compose-service',
    words: [
      /no such service: (?<name>\S+)/i,
      /missing services \[?'?(?<name>[\w.-]+)/i,
      /KeyError: '(?<name>[\w.-]+)'/,
    ],
    code: 'USAGE',
    sentence: 'the compose file has no service `{name}`',
    hint: 'podctl config lists the services; one of a compose profile needs --compose-profile',
  },
  {
    id: 'compose-cycle',
    words: [/dependency cycle detected: (?<path>[^\n]+)/i, /Circular dependency between (?<path>[^\n]+)/i],
    code: 'BAD_DATA',
    sentence: 'services wait for each other in a circle: {path}',
    hint: 'take one depends_on out of the circle',
  },
  {
    id: 'compose-external',
    words: [
      /external volume "(?<name>[^"]+)" not found/i,
      /network (?<name>\S+) declared as external, but could not be found/i,
      /(?:Volume|Network) (?<name>\S+) declared as external, but could not be found/i,
      /RuntimeError: External (?:volume|network) \[(?<name>[^\]]+)\] does not exists?/i,
    ],
    code: 'UNAVAILABLE',
    sentence: '`{name}` is declared as external, and is not on this engine',
    hint: 'make it once (volume create or network create {name}), or take external: out so that the stack makes it',
  },
  {
    id: 'compose-file',
    words: [
      /yaml: (?:line \d+: )?[^\n]+/i,
      /(?:validating \S+: )?[\w.]+ Additional property [\w.-]+ is not allowed/i,
      /additional propert(?:y|ies) '?[\w.-]+'? (?:is|are)? ?not allowed/i,
      /service "[^"]+" refers to undefined (?:volume|network|config|secret) [^\s:]+/i,
      /Named volume "[^"]+" is used in service "[^"]+" but no declaration was found/i,
      /The Compose file '[^']*' is invalid because/i,
      /Unsupported config option|contains unsupported option|in "<unicode string>", line \d+|yaml\.\w+\.\w*Error/i,
      /(?:ParserError|ScannerError)|invalid compose project/i,
      /service "[^"]+" has neither an image nor a build context/i,
    ],
    code: 'BAD_DATA',
    sentence: 'the compose file is wrong',
    hint: 'look where the provider points; podctl config shows the file as it is read',
  },
];
