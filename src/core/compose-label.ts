/** Labels by which providers mark what they make; compose v1 and v2, podman-compose and nerdctl alike. */
export const COMPOSE_LABEL = {
  project: 'com.docker.compose.project',
  service: 'com.docker.compose.service',
  oneOff: 'com.docker.compose.oneoff',
} as const;
