import type { EngineName } from '../spec/facts.js';
import type { ContainerSpec } from '../spec/spec.js';
import { cannotSay } from './cannot-say.js';
import type { DeviceBody, DeviceRequestBody, HostConfigBody } from './engine-api-body.js';
import { parseGpus } from './gpu.js';

/** Devices as the API takes them; named ones (`vendor.com/class=name`) are requests. */
export function deviceField(devices: readonly string[], engine: EngineName): DeviceFields {
  const named = devices.filter((device) => isNamedDevice(device));
  if (engine !== 'docker' && named.length > 0) {
    throw cannotSay(`podman's API cannot hand out the named device \`${named[0]}\``, 'use --via cli');
  }
  const files = devices.filter((device) => !isNamedDevice(device)).map((device) => deviceBody(device));
  return {
    ...(files.length === 0 ? {} : { Devices: files }),
    ...(named.length === 0 ? {} : { DeviceRequests: [namedRequest(named)] }),
  };
}

/** GPUs as the API takes them, together with named devices, which share the list. */
export function gpuField(spec: Pick<ContainerSpec, 'devices' | 'gpus'>, engine: EngineName): DeviceFields {
  if (spec.gpus === null) return {};
  if (engine !== 'docker') throw cannotSay("podman's API cannot hand out GPUs", 'use --via cli');
  const { DeviceRequests: named = [] } = deviceField(spec.devices, engine);
  return { DeviceRequests: [...named, gpuRequest(spec.gpus)] };
}

type DeviceFields = Pick<HostConfigBody, 'Devices' | 'DeviceRequests'>;

const REQUEST: DeviceRequestBody = { Driver: '', Count: 0, DeviceIDs: null, Capabilities: null, Options: {} };

// After the Container Device Interface; files start with a slash.
function isNamedDevice(device: string): boolean {
  return !device.startsWith('/') && device.includes('=');
}

function namedRequest(names: readonly string[]): DeviceRequestBody {
  return { ...REQUEST, Driver: 'cdi', DeviceIDs: names };
}

function gpuRequest(gpus: string): DeviceRequestBody {
  const wish = parseGpus(gpus);
  const which = 'ids' in wish ? { DeviceIDs: wish.ids } : { Count: wish.count };
  return { ...REQUEST, ...which, Capabilities: [['gpu']] };
}

function deviceBody(device: string): DeviceBody {
  const [host = '', second, third] = device.split(':');
  const isMode = second !== undefined && third === undefined && /^[rwm]{1,3}$/.test(second);
  return {
    PathOnHost: host,
    PathInContainer: second === undefined || second === '' || isMode ? host : second,
    CgroupPermissions: (isMode ? second : third) ?? 'rwm',
  };
}
