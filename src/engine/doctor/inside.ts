import { LABEL } from '../../core/project.js';
import { escapeControl } from '../../core/text.js';
import type { InsideLookUp, LookUpAnswer } from '../../plan/doctor/dns.js';
import type { FoundEngine } from '../engine.js';
import type { Processes } from '../process.js';

/** Label of the containers that doctor starts. */
export const DOCTOR_LABEL = 'podctl.doctor';

export type InsideQuestion = {
  /** The name to look for. */
  readonly name: string;
  /** Images that are there, the best first. */
  readonly images: readonly string[];
  /** Value of the project's label. */
  readonly project: string;
  /** What tells this container from others of its kind. */
  readonly mark: string;
};

/** What was seen inside. `time`: seconds since 1970; `disk`: bytes of the file system below containers. */
export type InsideView = {
  readonly look: InsideLookUp;
  readonly time: number | null;
  readonly disk: { readonly free: number; readonly total: number } | null;
};

const ANSWER_MS = 1_500;
const START_MS = 8_000;

// It ends by itself when the look-up does, and the engine then removes it, also when podctl is gone.
const SCRIPT = `echo "podctl-time $(date +%s)"
df -kP / 2>/dev/null | sed 's/^/podctl-disk /'
sed 's/^/podctl-dns /' /etc/resolv.conf 2>/dev/null
echo podctl-asks
if command -v nslookup >/dev/null 2>&1; then nslookup "$1" 2>&1
elif command -v getent >/dev/null 2>&1; then getent hosts "$1"
else echo podctl-no-tool; fi
echo "podctl-end $?"`;

/** Look for a name in a container of an image that is there. Nothing is pulled. */
export async function lookInside(
  question: InsideQuestion,
  found: FoundEngine,
  processes: Processes,
): Promise<InsideView> {
  let view = nothing('the engine has no image to try it with');
  for (const [index, image] of question.images.entries()) {
    // oxlint-disable-next-line no-await-in-loop -- the next image is tried only when this one has no shell
    view = await lookWith(image, { ...question, mark: `${question.mark}-${index}` }, { found, processes });
    if (view.look.asked || view.look.broken) return view;
  }
  return view;
}

function nothing(why: string, broken = false): InsideView {
  return { look: { asked: false, why, broken }, time: null, disk: null };
}

type Desk = { readonly found: FoundEngine; readonly processes: Processes };

async function lookWith(image: string, question: InsideQuestion, { found, processes }: Desk): Promise<InsideView> {
  const { program, globals } = found.connection;
  const container = `podctl-doctor-${question.mark}`;
  const lines: string[] = [];
  const stopper = new Stopper(async () => {
    // Podman's forced removal alone would give it its whole stop timeout.
    await processes.run({ file: program, args: [...globals, 'kill', container], timeout: START_MS });
    await processes.run({ file: program, args: [...globals, 'rm', '--force', container], timeout: START_MS });
  });
  stopper.in(START_MS);
  try {
    const args = [...globals, ...runArgs(image, container, question)];
    const ended = await processes.stream({ file: program, args }, (line) => {
      lines.push(line);
      if (line === 'podctl-asks') stopper.in(ANSWER_MS);
    });
    return readView(image, lines, ended.exitCode);
  } finally {
    await stopper.settle();
  }
}

/** Stops something once, when its time is up. */
class Stopper {
  #timer: NodeJS.Timeout | undefined;
  #stopping: Promise<void> = Promise.resolve();
  readonly #stop: () => Promise<void>;

  constructor(stop: () => Promise<void>) {
    this.#stop = stop;
  }

  in(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#stopping = this.#stop();
    }, milliseconds);
  }

  async settle(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#stopping;
  }
}

function runArgs(image: string, container: string, { mark, project, name }: InsideQuestion): readonly string[] {
  return [
    'run',
    '--rm',
    '--name',
    container,
    '--label',
    `${DOCTOR_LABEL}=${mark}`,
    '--label',
    `${LABEL.project}=${project}`,
    '--pull',
    'never',
    '--entrypoint',
    '/bin/sh',
    image,
    '-c',
    SCRIPT,
    'sh',
    name,
  ];
}

/** Read what the script wrote. */
export function readView(image: string, lines: readonly string[], exitCode: number): InsideView {
  const asks = lines.indexOf('podctl-asks');
  const said = lines.slice(asks + 1);
  if (asks === -1) return notStarted(image, lines, exitCode);
  if (said.includes('podctl-no-tool')) return nothing(`${image} has no nslookup and no getent`);
  const servers = tagged(lines, 'podctl-dns').flatMap((line) => /^nameserver\s+(\S+)/.exec(line)?.[1] ?? []);
  const time = Number(tagged(lines, 'podctl-time')[0]);
  return {
    look: { asked: true, image, answer: answerOf(said), servers },
    time: Number.isInteger(time) && time > 0 ? time : null,
    disk: diskOf(tagged(lines, 'podctl-disk')),
  };
}

function tagged(lines: readonly string[], tag: string): readonly string[] {
  return lines.flatMap((line) => (line.startsWith(`${tag} `) ? [line.slice(tag.length + 1)] : []));
}

// Another image may have what this one lacks; what an engine cannot do with one, it cannot do with others.
function notStarted(image: string, lines: readonly string[], exitCode: number): InsideView {
  const words = lines.filter((line) => !line.startsWith('podctl-')).join(' ');
  if (exitCode === 127 || /no such file or directory/i.test(words)) return nothing(`${image} has no shell`);
  if (/exec format error/i.test(words)) return nothing(`${image} is made for another processor`);
  const said = escapeControl(words === '' ? `exit code ${exitCode}` : words);
  return nothing(`a container of ${image} did not start: ${said}`, true);
}

const NOBODY =
  /timed out|no servers could be reached|can't connect|connection refused|temporary failure|network is unreachable/i;

function answerOf(said: readonly string[]): LookUpAnswer {
  const end = said.find((line) => line.startsWith('podctl-end '));
  if (end === undefined) return 'silent';
  if (end === 'podctl-end 0') return 'found';
  return said.some((line) => NOBODY.test(line)) ? 'silent' : 'unknown';
}

function diskOf(rows: readonly string[]): InsideView['disk'] {
  const [, total, , free] = (rows[1] ?? '').trim().split(/\s+/).map(Number);
  if (total === undefined || free === undefined || Number.isNaN(total + free)) return null;
  return { total: total * 1024, free: free * 1024 };
}
