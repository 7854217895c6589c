import type { EngineName } from '../spec/facts.js';
import type { Mount } from '../spec/spec.js';
import { cannotSay } from './cannot-say.js';
import type { HostConfigBody, MountBody } from './engine-api-body.js';

/** The mounts of a container, as the API of this engine takes them. */
export function mountFields(
  mounts: readonly Mount[],
  engine: EngineName,
): Pick<HostConfigBody, 'Mounts' | 'Binds' | 'Tmpfs'> {
  const form = engine === 'docker' ? dockerForm : podmanForm;
  const inForm = (wanted: Form) => mounts.filter((mount) => form(mount) === wanted);
  const [listed, binds, tmpfs] = [inForm('mount'), inForm('bind'), inForm('tmpfs')];
  return {
    ...(listed.length === 0 ? {} : { Mounts: listed.map((mount) => mountBody(mount, engine)) }),
    ...(binds.length === 0 ? {} : { Binds: binds.map((mount) => bindText(mount, engine)) }),
    ...(tmpfs.length === 0 ? {} : { Tmpfs: Object.fromEntries(tmpfs.map((mount) => tmpfsEntry(mount, engine))) }),
  };
}

type Form = 'mount' | 'bind' | 'tmpfs';

// Mounts cannot relabel for SELinux, Binds can.
function dockerForm(mount: Mount): Form {
  return mount.selinux === null ? 'mount' : 'bind';
}

// Podman pastes the fields of a mount into one unquoted CSV line, turns a bind with a propagation non-recursive, and fills a
// missing size or mode of a tmpfs with 0. Binds and Tmpfs have none of these faults.
function podmanForm(mount: Mount): Form {
  if (mount.type === 'tmpfs') return 'tmpfs';
  const spoilsCsv = [mount.source, mount.target].some((path) => /[",\r\n]/.test(path));
  return mount.selinux !== null || mount.propagation !== null || spoilsCsv ? 'bind' : 'mount';
}

function mountBody(mount: Mount, engine: EngineName): MountBody {
  const driver = mount.driver !== null || Object.keys(mount.options).length > 0;
  const tmpfs = mount.size !== null || mount.mode !== null;
  return {
    Type: mount.type,
    ...(mount.source === '' ? {} : { Source: mount.source }),
    Target: mount.target,
    ...(mount.readOnly ? { ReadOnly: true } : {}),
    ...(mount.propagation === null ? {} : { BindOptions: { Propagation: mount.propagation } }),
    // Podman's volume is made with its driver and options before the container is.
    ...(driver && engine === 'docker'
      ? { VolumeOptions: { DriverConfig: { Name: mount.driver ?? '', Options: mount.options } } }
      : {}),
    ...(tmpfs
      ? {
          TmpfsOptions: {
            ...(mount.size === null ? {} : { SizeBytes: mount.size }),
            ...(mount.mode === null ? {} : { Mode: Number.parseInt(mount.mode, 8) }),
          },
        }
      : {}),
  };
}

function bindText(mount: Mount, engine: EngineName): string {
  refuseColon(mount, engine);
  // A path alone is an anonymous volume; with options behind it, it would be read as a source.
  if (mount.source === '') return mount.target;
  const options = [
    mount.readOnly ? 'ro' : 'rw',
    ...(mount.selinux === null ? [] : [mount.selinux === 'shared' ? 'z' : 'Z']),
    ...(mount.propagation === null ? [] : [mount.propagation]),
  ];
  return [mount.source, mount.target, options.join(',')].join(':');
}

function tmpfsEntry(mount: Mount, engine: EngineName): readonly [string, string] {
  refuseColon(mount, engine);
  const options = [
    mount.readOnly ? 'ro' : 'rw',
    ...(mount.size === null ? [] : [`size=${mount.size}`]),
    ...(mount.mode === null ? [] : [`mode=${mount.mode}`]),
  ];
  return [mount.target, options.join(',')];
}

// These forms are split at colons; a drive letter's is known to both engines.
function refuseColon(mount: Mount, engine: EngineName): void {
  const source = mount.source.replace(/^[A-Za-z]:(?=[\\/])/, '');
  if (!`${source}${mount.target}`.includes(':')) return;
  throw cannotSay(
    `${engine}'s API cannot say mount \`${mount.key}\`: there is a colon in \`${mount.source}\` or \`${mount.target}\``,
    'rename the folder or use --via cli',
  );
}
