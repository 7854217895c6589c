import type { ComposeMount, ComposePort } from './model.js';
import { isPlainTable, listIn, type PlainTable, tableIn, textIn, textsIn } from './plain.js';
import { hostPath, type MountPlaces, readShortMount, readShortPort } from './short-forms.js';

/** One entry of `ports`, short or long. */
export function readPorts(value: unknown): ComposePort {
  if (!isPlainTable(value)) return readShortPort(textIn(value) ?? '');
  return {
    address: textIn(value['host_ip']),
    published: textIn(value['published']),
    target: textIn(value['target']) ?? '',
    protocol: textIn(value['protocol']) ?? 'tcp',
  };
}

/** What a service has mounted: `volumes`, short or long, and `tmpfs`. */
export function readMounts(
  service: PlainTable,
  places: MountPlaces & { readonly folder: string },
): readonly ComposeMount[] {
  const volumes = listIn(service['volumes']).map((value) =>
    isPlainTable(value) ? readLongMount(value, places) : readShortMount(textIn(value) ?? '', places.folder, places),
  );
  const memory = textsIn(service['tmpfs']).map((text): ComposeMount => {
    const [target = ''] = text.split(':');
    return { type: 'tmpfs', source: null, target, readOnly: false, createsSource: false };
  });
  return [...volumes, ...memory];
}

function readLongMount(value: PlainTable, places: MountPlaces & { readonly folder: string }): ComposeMount {
  const type = textIn(value['type']) ?? 'volume';
  const source = textIn(value['source']);
  // The short form makes a missing folder, the long one only where it says so.
  const creates = tableIn(value['bind'])['create_host_path'];
  return {
    type,
    source: type === 'bind' && source !== null ? hostPath(source, places.folder, places) : source,
    target: textIn(value['target']) ?? '',
    readOnly: value['read_only'] === true,
    createsSource: type === 'bind' && creates === true,
  };
}
