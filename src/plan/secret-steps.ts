import type { SecretFile } from '../spec/secrets.js';
import { folderOf, folderStep } from './make-step.js';
import type { RunInput } from './run-input.js';
import type { FileStep } from './step.js';

/** The files of secrets that are mounted, written right before the container is made. */
export function writeSecrets(input: RunInput): readonly FileStep[] {
  const files = secretFiles(input);
  const [first] = files;
  if (first === undefined) return [];
  const why = 'secret files stand where no other user can look';
  return [
    folderStep(folderOf(first.source), 0o700, why),
    ...files.map(
      ({ source, mode, name, value }): FileStep => ({
        do: 'file',
        action: 'write',
        path: source,
        mode,
        content: value,
        always: false,
        why: `\`${name}\` reaches the container by a file`,
      }),
    ),
  ];
}

/** Their removal when an attached run is over. One in the background keeps its files as long as it is there. */
export function removeSecrets(input: RunInput): readonly FileStep[] {
  if (input.shape.detach) return [];
  return secretFiles(input).map(({ source }) => ({
    ...removal(source, 'the container has ended'),
    always: true,
    until: 'end',
  }));
}

/** Removal of what a container left that is gone now. */
export function removeLeftSecrets(paths: readonly string[]): readonly FileStep[] {
  return paths.map((path) => removal(path, 'the container that read it is gone'));
}

function removal(path: string, why: string): FileStep {
  return { do: 'file', action: 'remove', path, mode: null, content: null, always: false, why };
}

function secretFiles({ spec }: RunInput): readonly SecretFile[] {
  return spec.secrets.flatMap((secret) => (secret.by === 'file' ? [secret] : []));
}
