import { LABEL } from '../../core/project.js';
import type { Refusal } from '../refusal.js';
import type { ContainerThere, Contents, NetworkThere, PruneList, PruneWish, Stays } from './prune-facts.js';
import { chooseImages } from './prune-images.js';
import { isOldEnough, isOwn } from './prune-own.js';
import { chooseTags } from './prune-tags.js';
import { chooseVolumes } from './prune-volumes.js';

const STOPPED = ['created', 'exited', 'dead', 'configured', 'stopped'];

/** Decide what goes. Nothing that anything that stays still uses, and nothing but the named when images are named. */
export function choosePrune(contents: Contents, wish: PruneWish): PruneList | Refusal {
  const named = wish.tags.length > 0;
  const stays: Stays[] = [];
  const containers = named ? [] : contents.containers.filter((one) => containerGoes(one, wish, stays));
  const staying = contents.containers.filter((one) => !containers.includes(one));
  const volumes = chooseVolumes(contents.volumes, { wish, staying, stays });
  if ('kind' in volumes) return volumes;
  const tagged = chooseTags(contents.images, { wish, staying });
  if ('kind' in tagged) return tagged;
  const networks = named ? [] : contents.networks.filter((one) => networkGoes(one, { wish, staying }));
  return {
    containers,
    volumes: volumes.volumes,
    networks,
    images: named ? tagged.images : chooseImages(contents.images, { wish, staying }),
    cache: wish.buildCache ? contents.cache.filter((one) => !one.inUse && isOldEnough(one.used, wish)) : [],
    stays,
  };
}

function containerGoes(container: ContainerThere, wish: PruneWish, stays: Stays[]): boolean {
  const { labels, name, state, created, ended, inPod } = container;
  if (!STOPPED.includes(state) || !(wish.all || isOwn(labels, wish))) return false;
  const why = inPod
    ? 'it belongs to a pod'
    : labels[LABEL.test] === undefined
      ? null
      : '`podctl test-image` removes what its runs left';
  if (why !== null) {
    stays.push({ what: `container ${name}`, why });
    return false;
  }
  return isOldEnough(ended ?? created, wish);
}

type Around = { readonly wish: PruneWish; readonly staying: readonly ContainerThere[] };

// A container that is stopped has a network to come back to, whatever the engine thinks of that.
function networkGoes({ id, name, labels, created, builtIn, used }: NetworkThere, { wish, staying }: Around): boolean {
  if (builtIn || used || !(wish.all || isOwn(labels, wish))) return false;
  if (staying.some(({ networks }) => networks.includes(id) || networks.includes(name))) return false;
  return isOldEnough(created, wish);
}
