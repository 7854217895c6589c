import { PodctlError } from '../core/errors.js';
import { parseImageRef } from '../core/image-ref.js';
import type { Origin, Origins } from '../core/origin.js';
import { resolvePath } from '../core/path.js';
import { decidePush, decideTag, type ImageDecision, isLoopback } from '../plan/decide-image.js';
import { refusalError } from '../plan/refusal.js';
import type { Plan } from '../plan/step.js';
import { carryOut } from './carry-out.js';
import type { Context } from './context.js';
import { type ImageCommand, readImageCommand } from './image-command.js';
import { type ImageTarget, missingImage, openImageTarget, otherName, readRef } from './image-target.js';
import type { Flags } from './parser.js';
import { printPlan } from './print-plan.js';
import { flavourOf } from './project.js';

/** `podctl image tag IMAGE [NAME…]`: further names for an image. */
export async function imageTag(words: readonly string[], flags: Flags, context: Context): Promise<number> {
  const options = readImageCommand({ action: 'tag', words }, flags, context);
  const renamed = options.tag !== undefined || Object.keys(options.parts).length > 0;
  if (options.names.length === 0 && !renamed) {
    throw new PodctlError('USAGE', 'no other name is given', {
      hint: 'podctl image tag IMAGE NAME, or --tag, --image-server, --image-project or --image-name',
    });
  }
  const target = await openImageTarget(options, context);
  const composed = renamed ? [otherName(target.ref, options.parts, options.tag)] : [];
  const names = [...options.names.map(readRef), ...composed];
  const plan = planOf(decideTag({ ...target.frame, via: options.via, image: target.ref, names }));
  if (await isShown(plan, { options, target }, context)) return 0;
  await checkPresent(options, target, context);
  await carryOut(plan, target.found, context);
  if (options.json) context.output.json({ image: target.ref, names });
  else context.output.text(names.map((name) => `${name}\n`).join(''));
  return 0;
}

/** `podctl image push [IMAGE]`: prints the name with the digest that the registry now has. */
export async function imagePush(words: readonly string[], flags: Flags, context: Context): Promise<number> {
  const options = readImageCommand({ action: 'push', words }, flags, context);
  const target = await openImageTarget(options, context);
  const { host } = context.world;
  const as = otherName(target.ref, options.parts, options.tag);
  const digestFile = resolvePath(host.tmp, `podctl-digest-${globalThis.crypto.randomUUID()}`, flavourOf(host));
  const list = await isList(target, context);
  const own = target.found.facts.name.startsWith('podman') ? digestFile : null;
  const request = { via: options.via, image: target.ref, as, list, plainHttp: options.plainHttp, digestFile: own };
  const plan = planOf(decidePush({ ...target.frame, ...request }));
  if (await isShown(plan, { options, target }, context)) return 0;
  await checkPresent(options, target, context);
  const { exitCode, digest } = await pushed(plan, { target, as, digestFile: own }, context);
  if (exitCode !== 0) return exitCode;
  const { domain, path } = parseImageRef(as);
  const exact = digest === null ? as : `${domain === null ? '' : `${domain}/`}${path}@${digest}`;
  if (options.json) context.output.json({ image: as, digest, exact });
  else context.output.text(`${exact}\n`);
  return 0;
}

function planOf(decision: ImageDecision): Plan {
  if (decision.kind === 'refused') throw refusalError(decision);
  return decision.plan;
}

type Asked = { readonly options: ImageCommand; readonly target: ImageTarget };

async function isShown(plan: Plan, { options, target }: Asked, context: Context): Promise<boolean> {
  if (context.purpose === 'explain') {
    const { printExplanation } = await import('./run/explain.js');
    const built = { origins: originsOf(options, target), notes: [] };
    await printExplanation({ plan, built, texts: target.texts, how: options }, context);
    return true;
  }
  if (options.dryRun) printPlan(plan, options, context);
  return options.dryRun;
}

function originsOf({ names, parts, tag, plainHttp }: ImageCommand, { origins }: ImageTarget): Origins {
  const flags = [...Object.keys(parts).map((part) => `--image-${part}`), ...(tag === undefined ? [] : ['--tag'])];
  const changed = flags.map((flag): Origin => ({ kind: 'flag', flag }));
  const typed = names.map((_, index): Origin => ({ kind: 'argument', index: index + 2 }));
  return {
    'tag/image': origins,
    'tag/name': changed.length === 0 ? typed : [...typed, ...origins, ...changed],
    'push/image': [...origins, ...changed],
    ...(plainHttp ? { 'push/plainHttp': [{ kind: 'flag', flag: '--plain-http' }] } : {}),
  };
}

async function checkPresent(options: ImageCommand, target: ImageTarget, { world, rooms }: Context): Promise<void> {
  const { makeObserver } = await rooms.observe();
  const image = await makeObserver(target.found, { host: world.host }).image(target.ref);
  if (image === null) throw missingImage(target, options.image);
}

// Only podman keeps lists apart from images.
async function isList({ found, ref }: ImageTarget, { world, rooms }: Context): Promise<boolean> {
  if (found.facts.assumed || found.facts.name !== 'podman') return false;
  const { makeBuilder } = await rooms.builder();
  return (await makeBuilder(found, { host: world.host }).named(ref)) === 'list';
}

async function pushed(
  plan: Plan,
  { target, as, digestFile }: { readonly target: ImageTarget; readonly as: string; readonly digestFile: string | null },
  context: Context,
): Promise<{ readonly exitCode: number; readonly digest: string | null }> {
  const { files } = context.world;
  try {
    const { exitCode } = await carryOut(plan, target.found, context);
    const text = digestFile === null ? await digestOf(as, target, context) : await files.readText(digestFile);
    const digest = text?.trim() ?? '';
    return { exitCode, digest: digest === '' ? null : digest };
  } catch (error) {
    throw pushError(error, { as, program: target.found.connection.program });
  } finally {
    if (digestFile !== null) await files.removeFile(digestFile);
  }
}

/** A failed push in plain words: a login that is missing or wrong, and plain HTTP where TLS was expected. */
export function pushError(error: unknown, { as, program }: { readonly as: string; readonly program: string }): unknown {
  if (!(error instanceof PodctlError)) return error;
  const server = parseImageRef(as).domain ?? 'docker.io';
  if (
    /unauthorized|authentication required|no basic auth|access to the resource is denied|forbidden/i.test(error.message)
  ) {
    return new PodctlError(
      'UNAVAILABLE',
      `\`${server}\` takes no push of \`${as}\` without a login that may write there`,
      {
        hint: `log in: ${program} login ${server}`,
        cause: error,
      },
    );
  }
  if (/server gave HTTP response to HTTPS client/i.test(error.message)) {
    const hint = isLoopback(server)
      ? 'add --plain-http, which is allowed for a registry on this machine'
      : 'give the registry a certificate';
    return new PodctlError('UNAVAILABLE', `\`${server}\` speaks HTTP without TLS`, { hint, cause: error });
  }
  return error;
}

// After a push docker knows the image by the registry's digest.
async function digestOf(as: string, { found }: ImageTarget, { world, rooms }: Context): Promise<string | null> {
  const { makeImageReader } = await rooms.imageReader();
  const image = await makeImageReader(found, { host: world.host })(as);
  const { domain, path } = parseImageRef(as);
  const name = domain === null ? path : `${domain}/${path}`;
  const known = image?.digests.find((digest) => digest.replace(/@.*$/, '') === name);
  return known === undefined ? null : known.slice(known.indexOf('@') + 1);
}
