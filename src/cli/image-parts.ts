import type { ImageParts } from '../core/image-ref.js';
import type { Flags } from './parser.js';

/** Parts of a name that flags give. */
export function partsOf({ imageServer, imageProject, imageName }: Flags): Partial<ImageParts> {
  return {
    ...(imageServer === undefined ? {} : { server: imageServer }),
    ...(imageProject === undefined ? {} : { project: imageProject }),
    ...(imageName === undefined ? {} : { name: imageName }),
  };
}
