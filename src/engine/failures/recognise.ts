import type { KnownFailure, Recognised } from './failure.js';
import { BUILD_FAILURES } from './on-build.js';
import { COMPOSE_FAILURES } from './on-compose.js';
import { ENGINE_FAILURES } from './on-engine.js';
import { FILE_FAILURES } from './on-files.js';
import { IMAGE_FAILURES } from './on-images.js';
import { OBJECT_FAILURES } from './on-objects.js';
import { START_FAILURES } from './on-start.js';

/** All failures that podctl knows, by where they happen. The first that fits counts, so their order matters. */
export const KNOWN_FAILURES: Readonly<Record<string, readonly KnownFailure[]>> = {
  'The engine': ENGINE_FAILURES,
  'The start of a program': START_FAILURES,
  Builds: BUILD_FAILURES,
  'Compose files': COMPOSE_FAILURES,
  'Ports, names, networks, volumes': OBJECT_FAILURES,
  'Mounts and files': FILE_FAILURES,
  'Images and registries': IMAGE_FAILURES,
};

/** Find out from the words of an engine why it failed; null: podctl does not know these. The words must be without secrets. */
export function recognise(output: string, program: string): Recognised | null {
  for (const failure of Object.values(KNOWN_FAILURES).flat()) {
    const groups = matchOf(failure, output);
    if (groups === null) continue;
    const facts = Object.fromEntries(
      Object.entries(groups).flatMap(([name, text]) => (text === undefined || text === '' ? [] : [[name, text]])),
    );
    const fill = (text: string) => filled(text, { engine: program, ...facts });
    return { id: failure.id, code: failure.code, sentence: fill(failure.sentence), hint: fill(failure.hint), facts };
  }
  return null;
}

function matchOf({ words, unless }: KnownFailure, output: string): Record<string, string | undefined> | null {
  if (unless?.test(output) === true) return null;
  for (const one of words) {
    const match = one.exec(output);
    if (match !== null) return match.groups ?? {};
  }
  return null;
}

// `{{` is a template of the engine's own, and stays.
function filled(text: string, facts: Readonly<Record<string, string>>): string {
  const hole = /(?<!\{)\{('?\w+)(?:\|([^}]*))?\}(?!\})/g;
  return text.replaceAll(hole, (whole, word: string, without: string | undefined) => {
    const quoted = word.startsWith("'");
    const fact = facts[quoted ? word.slice(1) : word];
    if (fact === undefined) return without ?? whole;
    return quoted ? `\`${fact}\`` : fact;
  });
}
