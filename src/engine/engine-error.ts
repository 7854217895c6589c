import { type ErrorCode, PodctlError } from '../core/errors.js';
import { escapeControl } from '../core/text.js';

/** What an engine's program said when it failed; already without secrets. */
export type Failure = { readonly argv: readonly string[]; readonly exitCode: number; readonly output: string };

type Meaning = { readonly words: RegExp; readonly code: ErrorCode; readonly hint: string };

const MEANINGS: readonly Meaning[] = [
  {
    // The file of a mounted secret, which lives in podctl's own folder.
    words: /\/podctl\/secrets\/.*no such file or directory|bind source path does not exist: .*\/podctl\/secrets\//i,
    code: 'MISSING_INPUT',
    hint: 'a mounted secret is gone: podctl down, and start anew, which writes it again',
  },
  {
    words: /cannot connect to the docker daemon|unable to connect to podman/i,
    code: 'UNAVAILABLE',
    hint: 'start the engine, or choose another one with --engine',
  },
  {
    words: /permission denied.*(docker|podman)[^ ]*\.sock|got permission denied/i,
    code: 'UNAVAILABLE',
    hint: 'ask for access to the engine, or use a rootless one',
  },
  {
    words: /is already in use by|name .* is already in use/i,
    code: 'CANNOT_CREATE',
    hint: 'see `podctl ps`, and remove the container of that name',
  },
  {
    words: /port is already allocated|address already in use/i,
    code: 'CANNOT_CREATE',
    hint: 'choose another port with --port, or stop who holds it',
  },
  {
    words:
      /pull access denied|manifest unknown|no such image|image not known|unauthorized|short-name|repository does not exist/i,
    code: 'UNAVAILABLE',
    hint: 'check the image name, log in to its registry, or build the image with `podctl build`',
  },
  {
    words: /no such host|i\/o timeout|network is unreachable|tls handshake|dial tcp|connection refused/i,
    code: 'UNAVAILABLE',
    hint: 'check the network and the name of the registry, or build or load the image',
  },
  {
    words: /no space left on device/i,
    code: 'CANNOT_CREATE',
    hint: 'make room on the disk, for instance with `podctl prune`',
  },
];

/** The error for a step that an engine's program did not do. */
export function engineError({ argv, exitCode, output }: Failure): PodctlError {
  const reason = reasonIn(output) || `exit code ${exitCode}`;
  const meaning = MEANINGS.find(({ words }) => words.test(output));
  const what = escapeControl(commandName(argv));
  return new PodctlError(meaning?.code ?? 'CANNOT_CREATE', `\`${what}\` failed: ${escapeControl(reason)}`, {
    hint: meaning?.hint ?? 'read what the engine says above, and print the whole command with --dry-run',
  });
}

// The program and its verb; the rest of a command line is long and stands in the plan.
function commandName(argv: readonly string[]): string {
  const [program = '', ...rest] = argv;
  // Options before the verb say which engine is meant, each with a value.
  const at = rest.findIndex((word, index) => !word.startsWith('-') && rest[index - 1]?.startsWith('--') !== true);
  return at === -1 ? program : `${program} ${rest[at]}`;
}

// Engines put advice after the error and progress before it: the line that calls itself an error says most.
function reasonIn(output: string): string {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const telling = lines.findLast((line) => /\berror\b|denied|failed|invalid|unknown/i.test(line));
  return telling ?? lines.at(-1) ?? '';
}
