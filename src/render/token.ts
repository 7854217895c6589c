/**
 * One argument of an argv and where it comes from. `at` points into the spec (`mounts/cache`, `ports/http`, `labels/podctl.mode`,
 * `args/0`, `image`, `env`) or names a rule of the renderer (`rule/attached`, `rule/remove`); a flag and its value share one `at`.
 */
export type ArgToken = { readonly text: string; readonly at: string };
