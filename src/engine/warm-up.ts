import { loadProcesses } from './process.js';

/** Load the packages that a plan will be carried out with, while the engine is still being asked. Nothing is carried out here. */
export async function warmUp(via: 'cli' | 'api'): Promise<void> {
  if (via === 'cli') return loadProcesses();
  const { loadApi } = await import('./api.js');
  await loadApi();
}
