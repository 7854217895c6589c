import { createHash } from 'node:crypto';
import { TAR_END, tarHeader, tarPadding } from '../../io/tar-block.js';

// A program that does nothing, for ever: on x86-64 `pause`, on arm64, which has no such call, `ppoll` of nothing without an end.
const CODE: Readonly<Record<string, { readonly machine: number; readonly code: Uint8Array }>> = {
  amd64: { machine: 62, code: Buffer.from('b8220000000f05ebf7', 'hex') },
  arm64: {
    machine: 183,
    // mov x0..x3, #0; mov x8, #73; svc #0; b back six instructions
    code: Buffer.from('000080d2010080d2020080d2030080d2280980d2010000d4faffff17', 'hex'),
  },
};

const BASE = 0x400000;
const HEADERS = 64 + 56;

/** An ELF program of some 130 bytes that only waits; null for a processor that it is not written for. */
export function holderProgram(arch: string): Buffer | null {
  const known = CODE[arch];
  if (known === undefined) return null;
  const { code, machine } = known;
  const header = Buffer.alloc(HEADERS);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  header.writeUInt16LE(2, 16);
  header.writeUInt16LE(machine, 18);
  header.writeUInt32LE(1, 20);
  header.writeBigUInt64LE(BigInt(BASE + HEADERS), 24);
  header.writeBigUInt64LE(64n, 32);
  header.writeUInt16LE(64, 52);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(1, 56);
  // One part, readable and executable, the whole file.
  header.writeUInt32LE(1, 64);
  header.writeUInt32LE(5, 68);
  header.writeBigUInt64LE(BigInt(BASE), 80);
  header.writeBigUInt64LE(BigInt(BASE), 88);
  header.writeBigUInt64LE(BigInt(HEADERS + code.length), 96);
  header.writeBigUInt64LE(BigInt(HEADERS + code.length), 104);
  header.writeBigUInt64LE(0x1000n, 112);
  return Buffer.concat([header, code]);
}

/** The program as an image, in the form that `docker save` writes and every engine loads. */
export function holderArchive(program: Buffer, { ref, arch }: { readonly ref: string; readonly arch: string }): Buffer {
  const layer = tar([{ name: 'hold', data: program, mode: 0o755 }]);
  const config = Buffer.from(
    JSON.stringify({
      architecture: arch,
      os: 'linux',
      created: '1970-01-01T00:00:00Z',
      config: { Entrypoint: ['/hold'] },
      rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] },
      history: [{ created: '1970-01-01T00:00:00Z', created_by: 'podctl rac' }],
    }),
  );
  const configName = `${sha256(config)}.json`;
  const manifest = Buffer.from(JSON.stringify([{ Config: configName, RepoTags: [ref], Layers: ['layer.tar'] }]));
  return tar([
    { name: configName, data: config, mode: 0o644 },
    { name: 'layer.tar', data: layer, mode: 0o644 },
    { name: 'manifest.json', data: manifest, mode: 0o644 },
  ]);
}

type TarFile = { readonly name: string; readonly data: Buffer; readonly mode: number };

function tar(files: readonly TarFile[]): Buffer {
  const parts = files.flatMap(({ name, data, mode }) => [
    tarHeader({ name, size: data.length, mode, mtime: 0 }),
    data,
    tarPadding(data.length),
  ]);
  return Buffer.concat([...parts, TAR_END]);
}

function sha256(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
