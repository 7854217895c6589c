/** A small network of RAC's own: 13 addresses for containers, of which two or three are used. */
export type Subnet = { readonly subnet: string; readonly gateway: string; readonly bridge: string };

// 10.128.0.0/10 in parts of 16 addresses. Every RAC begins somewhere else, so that two on one machine seldom meet.
const BASE = 0x0a_80_00_00;
const PART = 16;
const PARTS = 2 ** 22 / PART;
// The kernel takes 15 letters for an interface.
const INSTANCE_DIGITS = 6;
const MASK_28 = 0xff_ff_ff_f0;

/** Interfaces of one RAC begin so; of any RAC with `rac`. */
export function bridgePrefix(instance: string): string {
  return `rac${instance.slice(0, INSTANCE_DIGITS)}`;
}

export function subnetOf(instance: string, slot: number): Subnet {
  const first = BASE + ((Number.parseInt(instance, 16) + slot) % PARTS) * PART;
  return {
    subnet: `${dotted(first)}/28`,
    gateway: dotted(first + 1),
    bridge: `${bridgePrefix(instance)}${slot.toString(16).padStart(4, '0')}`,
  };
}

/** Whether a route of this machine (`/proc/net/route`) already leads into a subnet; the default route leads everywhere and does not count. */
export function isRouted(routes: string, { subnet }: Pick<Subnet, 'subnet'>): boolean {
  const start = numberOf(subnet.split('/')[0] ?? '');
  return routes
    .split('\n')
    .slice(1)
    .some((line) => {
      const [, to = '', , , , , , mask = ''] = line.split('\t');
      const wide = littleEndian(mask.trim());
      if (to === '' || wide === 0) return false;
      const both = (wide & MASK_28) >>> 0;
      return (start & both) >>> 0 === (littleEndian(to) & both) >>> 0;
    });
}

function littleEndian(hex: string): number {
  const bytes = hex.match(/../g) ?? [];
  return Number.parseInt(bytes.toReversed().join('') || '0', 16);
}

function numberOf(address: string): number {
  return address.split('.').reduce((total, part) => total * 256 + Number(part), 0);
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}
