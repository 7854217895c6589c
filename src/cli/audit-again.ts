import { PodctlError } from '../core/errors.js';
import { isWithin, resolvePath } from '../core/path.js';
import { LABEL } from '../core/project.js';
import { type AuditInput, auditRefusal } from '../plan/audit.js';
import { refusalError } from '../plan/refusal.js';
import type { LoadedProfile } from '../profile/merge.js';
import { resolveMode } from '../profile/resolve.js';
import type { ResolvedMode } from '../profile/resolved.js';
import type { ContainerFacts, MountedFacts } from '../spec/facts.js';
import { BLANK_MOUNT } from '../spec/mount-words.js';
import type { Mount } from '../spec/spec.js';
import type { Site } from './containers.js';
import type { Context } from './context.js';
import { loadProfile, shippedProfiles } from './profiles.js';
import { flavourOf } from './project.js';
import { askVolumes, auditWith } from './run/audit.js';
import { findConfig } from './run/config.js';
import { readEnvironment } from './run/environment.js';
import { hostFacts } from './run/identity.js';
import { hostNames, processVariables } from './run/variables.js';

/**
 * Look again at containers of public modes before they start anew: an engine follows the links and mounts of the host at every start,
 * and they may lead elsewhere by now. Throws REFUSED for the first one that would show what its mode hides.
 */
export async function auditAgain(
  containers: readonly ContainerFacts[],
  site: StartSite,
  context: Context,
): Promise<void> {
  for (const container of containers) {
    // oxlint-disable-next-line no-await-in-loop -- the first refusal ends it
    const mode = await modeOf(container, site, context);
    // oxlint-disable-next-line no-await-in-loop -- the first refusal ends it
    if (mode?.exposure === 'public') await judge(container, mode, { site, context });
  }
}

/** Where containers start anew, and the env files that the command line names. */
type StartSite = Site & { readonly envFiles: readonly string[] };
type Looking = { readonly site: Site; readonly context: Context };

async function judge({ name, mounts }: ContainerFacts, mode: ResolvedMode, { site, context }: Looking): Promise<void> {
  const { world } = context;
  const { found, project } = site;
  const flavour = flavourOf(world.host);
  const spec = { ...NO_OPTIONS, mounts: mounts.map(mountOf) };
  const input: AuditInput = {
    spec,
    mode,
    host: hostFacts(world.host),
    engine: found.facts,
    address: found.connection.address,
    readFiles: [],
    origins: {},
    project: project.root,
  };
  const result = await auditWith(input, await askVolumes(spec, site), world);
  const refusal = auditRefusal(result);
  if (refusal !== null) throw refusalError(refusal);
  const within = (path: string) => mode.hidden.some((root) => isWithin(path, resolvePath(project.root, root, flavour)));
  if (mode.shown.length > 0 && !mounts.some(({ source }) => within(source))) throw otherTree(name, mode);
}

// A variable that has another value now names another tree: then nobody looked at the one that the container really shows.
function otherTree(name: string, mode: ResolvedMode): PodctlError {
  const roots = mode.hidden.map((root) => `\`${root}\``).join(' and ');
  return new PodctlError(
    'REFUSED',
    `container \`${name}\` was not made for ${roots}, which mode \`${mode.name}\` guards now`,
    {
      hint: 'set the variables as they were when it was made, or remove it with `podctl down` and start anew',
    },
  );
}

// Options were judged when the container was made, and an engine never changes them afterwards.
const NO_OPTIONS = {
  devices: [],
  privileged: false,
  pid: null,
  ipc: null,
  network: null,
  capAdd: [],
  security: [],
} as const;

function mountOf({ type, source, target, readOnly, propagation }: MountedFacts): Mount {
  return {
    ...BLANK_MOUNT,
    key: target,
    type,
    source,
    target,
    readOnly,
    propagation: type === 'bind' ? propagation : null,
  };
}

async function modeOf(container: ContainerFacts, site: StartSite, context: Context): Promise<ResolvedMode | null> {
  const { [LABEL.profile]: profile, [LABEL.mode]: mode, [LABEL.command]: command } = container.labels;
  if (profile === undefined || mode === undefined || command === undefined) return null;
  const loaded = await profileNamed(profile, site, context);
  if (loaded === null) {
    throw new PodctlError(
      'REFUSED',
      `the profile \`${profile}\` of container \`${container.name}\` is not here, so nothing tells what its mode \`${mode}\` hides`,
      { hint: `start it anew: podctl ${command} -m ${mode} --profile FILE` },
    );
  }
  const { world } = context;
  const { project } = site;
  const names = hostNames(world.host, project.root);
  const chosen = { loaded, project };
  const config = findConfig(
    { chosen, config: undefined },
    { variables: processVariables(world.host), names },
    world,
  )?.path;
  const { variables } = await readEnvironment(
    { chosen, mode, command, envFiles: site.envFiles, env: [], config },
    world,
  );
  return resolveMode(loaded, { mode, variables, names: { ...names, config } });
}

async function profileNamed(name: string, { project }: Site, { world }: Context): Promise<LoadedProfile | null> {
  const own = project.profile === null ? null : await loadProfile(project.profile, world);
  if (own?.name === name) return own;
  const shipped = (await shippedProfiles(world)).find((one) => one.name === name);
  return shipped === undefined ? null : loadProfile(shipped.file, world);
}
