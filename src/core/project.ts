/** Labels that everything made by podctl carries; destructive verbs touch nothing without them. */
export const LABEL = {
  project: 'podctl.project',
  profile: 'podctl.profile',
  mode: 'podctl.mode',
  command: 'podctl.command',
  /** Of a run of tests: its id, and the podctl that will remove it all. */
  test: 'podctl.test',
  owner: 'podctl.owner',
  /** On a container that serves another one: that one's name. It is stopped and removed with it. */
  beside: 'podctl.beside',
  /** On images: `uid[:gid]` of the program, as it was built. */
  runsAs: 'podctl.runs-as',
} as const;

/** Identity of a project: its name and the hash of its real path, so that clones in folders of one name stay apart. */
export type ProjectId = { readonly name: string; readonly hash: string };

/** Value of the `podctl.project` label. */
export function formatProject(project: ProjectId): string {
  return `${project.name}-${project.hash}`;
}
