/** Whether this run takes every variant and full counts (`npm run soak`); `npm test` takes enough of them to show that each way works. */
export const SOAK = process.env['PODCTL_SOAK'] === '1';

/** The ways that a test takes with an engine. Podman's API is docker's again: all tests go through it in long runs, a few in every run. */
export function viasOf(engine: { readonly name: 'docker' | 'podman' }): readonly ('cli' | 'api')[] {
  return engine.name === 'docker' || SOAK ? ['cli', 'api'] : ['cli'];
}
