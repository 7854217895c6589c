import { constants } from 'node:os';

/**
 * Whether the first program of a container would take no notice of its stop signal, by its `/proc/PID/status`: the kernel drops what a
 * namespace's first process neither handles nor waits for. Then there is nothing to wait for before it is ended by force.
 */
export function ignoresStop(status: string, stopSignal: string | null): boolean {
  const signal = numberOf(stopSignal ?? 'SIGTERM');
  // Anything but the first process of a namespace of its own is somebody else.
  if (signal === null || !/^NSpid:\t\d+(\t\d+)*\t1$/m.test(status)) return false;
  const hears = (what: string): boolean => {
    const mask = new RegExp(`^${what}:\\t([0-9a-f]+)$`, 'm').exec(status)?.[1];
    return mask === undefined || ((BigInt(`0x${mask}`) >> BigInt(signal - 1)) & 1n) === 1n;
  };
  // Who waits for a signal in another way than by a handler blocks it.
  return !hears('SigCgt') && !hears('SigBlk');
}

function numberOf(signal: string): number | null {
  if (/^\d{1,2}$/.test(signal)) return Number(signal) || null;
  const name = signal.startsWith('SIG') ? signal : `SIG${signal}`;
  const found = Object.entries(constants.signals).find(([known]) => known === name);
  return found?.[1] ?? null;
}
