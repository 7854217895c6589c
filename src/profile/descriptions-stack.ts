/** Descriptions of the keys below [stack], by shape. */
export const STACK_DESCRIPTIONS: Readonly<Record<string, string>> = {
  stack: "The project's compose files, and how `podctl up` and its kin run them. `false` takes it away.",
  'stack/files':
    'Compose files, relative to the project, later ones over earlier ones; found as compose finds them when left out. `-f` and COMPOSE_FILE say more.',
  'stack/files/#': 'One compose file.',
  'stack/provider':
    'Program that runs them: `compose-v2`, `compose-v1`, `podman compose`, `podman-compose` or `nerdctl compose`; the best that is there when left out. `--provider` says more.',
  'stack/profiles': 'Profiles of the compose files that are taken; `--compose-profile` and COMPOSE_PROFILES say more.',
  'stack/profiles/#': 'Name of one, as in `profiles:` of a service.',
  'stack/services': 'What podctl knows of services beyond their compose files, by name.',
  'stack/services/*': 'One service. `false` takes it away.',
  'stack/services/*/port':
    'Port inside the container that must answer before `up` returns; without it the health check counts, else its published ports.',
  'stack/services/*/path': 'Path to ask over HTTP; without it an accepted connection is enough.',
  'stack/services/*/timeout': 'How long `up` waits for this service, for instance `90s`.',
  'stack/services/*/one_shot': 'The service does one job and ends; ending with 0 counts as done.',
};
