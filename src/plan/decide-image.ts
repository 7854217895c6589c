import { parseImageRef } from '../core/image-ref.js';
import { renderPush, renderTag } from '../render/argv/image.js';
import type { Via } from '../spec/capability.js';
import { type ImageWant, imageProblems } from '../spec/image-capability.js';
import { tagPath } from './image-paths.js';
import { engineStep, execStep, wayOf } from './make-step.js';
import { type Refusal, refuse } from './refusal.js';
import { type PlanFrame, planOf } from './run-input.js';
import type { Plan, Step } from './step.js';

export type TagInput = PlanFrame & {
  readonly via: Via;
  readonly image: string;
  /** Names that the image gets, too. */
  readonly names: readonly string[];
};

export type PushInput = PlanFrame & {
  readonly via: Via;
  readonly image: string;
  /** What it is called on the registry; when that is another name, the image gets it first. */
  readonly as: string;
  /** The name stands for images of several platforms. */
  readonly list: boolean;
  readonly plainHttp: boolean;
  /** File for the digest, where the engine needs one. */
  readonly digestFile: string | null;
};

export type ImageDecision = { readonly kind: 'plan'; readonly plan: Plan } | Refusal;

/** Lay out new names of an image. */
export function decideTag(input: TagInput): ImageDecision {
  const problem = problemOf('tag', input);
  return (
    problem ?? {
      kind: 'plan',
      plan: planOf(
        input,
        input.names.map((name) => tagStep(input, input.image, name)),
      ),
    }
  );
}

/** Lay out a push. A name without a server, and plain HTTP to another machine, are refused. */
export function decidePush(input: PushInput): ImageDecision {
  const { image, as, list, plainHttp, digestFile } = input;
  const { domain, path } = parseImageRef(as);
  // Docker's own default is Docker Hub, where only names of users and teams can be pushed.
  if (domain === null && (input.engine.name !== 'docker' || !path.includes('/'))) {
    const hint = 'name a server: --image-server HOST and --image-project NAME, or `server` and `project` of the image';
    return refuse('USAGE', `\`${as}\` names no server to push to`, hint);
  }
  if (plainHttp && !isLoopback(domain ?? '')) {
    const hint = 'give the registry a certificate; without TLS anybody on the way reads the login';
    return refuse(
      'REFUSED',
      `\`--plain-http\` is for a registry on this machine, and \`${domain ?? as}\` is none`,
      hint,
    );
  }
  const problem = problemOf('push', input);
  if (problem !== null) return problem;
  const push = execStep(renderPush(wayOf(input), { image: as, list, plainHttp, digestFile }), {
    output: 'progress',
    why: `push \`${as}\``,
  });
  const tagged = as === image ? [] : [tagStep(input, image, as)];
  return { kind: 'plan', plan: planOf(input, [...tagged, push]) };
}

/** Whether a server of images is this machine: `localhost`, `127.0.0.1:5000`, `[::1]:5000`. */
export function isLoopback(server: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(server);
}

function tagStep(input: PlanFrame & { readonly via: Via }, image: string, name: string): Step {
  const why = `\`${image}\` is called \`${name}\`, too`;
  if (input.via === 'api')
    return engineStep(input, { method: 'POST', path: tagPath(image, name), output: 'quiet', why });
  return execStep(renderTag(wayOf(input), { image, name }), { output: 'quiet', why });
}

function problemOf(verb: 'tag' | 'push', { engine, via }: PlanFrame & { readonly via: Via }): Refusal | null {
  const want: ImageWant = { verb, platforms: [], runsPrograms: false, secrets: [], cacheFrom: [], cacheTo: [] };
  const [problem] = imageProblems(want, { engine, via, builder: null });
  return problem === undefined ? null : refuse('UNAVAILABLE', problem.message, problem.hint ?? 'run with --via cli');
}
