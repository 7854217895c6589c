import { describe, expect, it } from 'vitest';
import { bridgePrefix, isRouted, subnetOf } from '../../../src/rac/deploy/subnets.js';

describe('networks of RAC', () => {
  it('are small, one after the other, and begin by the instance', () => {
    expect(subnetOf('00000000', 0)).toEqual({
      subnet: '10.128.0.0/28',
      gateway: '10.128.0.1',
      bridge: 'rac0000000000',
    });
    expect(subnetOf('00000000', 17)).toEqual({
      subnet: '10.128.1.16/28',
      gateway: '10.128.1.17',
      bridge: 'rac0000000011',
    });
    expect(subnetOf('ffffffff', 0).subnet).toBe('10.191.255.240/28');
    expect(subnetOf('ffffffff', 1).subnet).toBe('10.128.0.0/28');
  });

  it('have bridges with names that the kernel takes', () => {
    expect(subnetOf('a5aba7ee', 65_535).bridge).toHaveLength(13);
    expect(subnetOf('a5aba7ee', 65_535).bridge.startsWith(bridgePrefix('a5aba7ee'))).toBe(true);
  });

  const route = (to: string, mask: string) =>
    `Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n` +
    `eth0\t${to}\t010200C0\t0003\t0\t0\t0\t${mask}\t0\t0\t0\n`;
  it.each([
    ['the default route', route('00000000', '00000000'), false],
    ['another network', route('004EFB0A', '80FFFFFF'), false],
    ['the same network', route('0000800A', 'F0FFFFFF'), true],
    ['a wide network around it', route('0000000A', '000000FF'), true],
    ['one machine in it', route('0500800A', 'FFFFFFFF'), true],
    ['the one beside it', route('1000800A', 'F0FFFFFF'), false],
    ['nothing', '', false],
  ])('are no part of what is there: %s', (_, routes, routed) => {
    expect(isRouted(routes, { subnet: '10.128.0.0/28' })).toBe(routed);
  });
});
