import { PodctlError } from '../core/errors.js';
import { parseImageRef } from '../core/image-ref.js';

export const LITESTREAM_IMAGE = 'litestream/litestream:0.3';

/** Throws BAD_DATA for anything but the address of a bucket. */
export function checkReplica(replica: string): void {
  if (/^s3:\/\/[^/@?#$]+(\/[^?#$]*)?$/.test(replica)) return;
  const shown = replica.replace(/\/\/[^/]*@/, '//[redacted]@');
  throw new PodctlError('BAD_DATA', `\`${shown}\` is no replica that podctl sets up`, {
    hint: 'write s3://bucket/path; keys stand in variables, never in the address',
  });
}

/** Throws BAD_DATA unless the tag is 0.3: 0.5 reads another form of config (`replica` for `replicas`), and began by not restoring 0.3's copies. */
export function checkLitestreamImage(image: string): void {
  const { tag } = parseImageRef(image);
  if (tag !== null && /^0\.3(\.\d+)?([-.].*)?$/.test(tag)) return;
  throw new PodctlError('BAD_DATA', `Litestream is pinned to 0.3, and the image is \`${image}\``, {
    hint: `write ${LITESTREAM_IMAGE}: 0.5 reads another config, and its first versions cannot restore what 0.3 wrote`,
  });
}
