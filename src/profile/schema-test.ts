import * as z from 'zod/mini';

const text = z.string();
const texts = z.array(z.string());
const number = z.union([z.number(), z.string()]);
const flag = z.boolean();
const removed = z.literal(false);

/** A report that the tests write: `path` inside the container is copied into the folder `to` of this machine, under its own name. */
const Report = z.strictObject({ path: text, to: text });

/** Sources of this machine in place of the image's own copy. */
const Source = z.strictObject({ source: text, target: text, read_only: z.optional(flag) });

/** What must be true of the image; each one that is left out is not looked at. */
const Expect = z.strictObject({
  /** Beginning of the version: `3.11` holds for 3.11.9. */
  python: z.optional(text),
  /** Which Python is asked: the entrypoint's own, else `python3` of the image's PATH. */
  python_program: z.optional(text),
  user: z.optional(text),
  entrypoint: z.optional(texts),
  exposed: z.optional(z.array(number)),
  labels: z.optional(z.record(z.string(), z.union([text, removed]))),
  max_size: z.optional(number),
  root: z.optional(z.literal(false)),
  files_present: z.optional(texts),
  files_absent: z.optional(texts),
});

const ServiceReady = z.strictObject({
  /** Port inside the service's container. */
  port: number,
  path: z.optional(text),
  timeout: z.optional(text),
});

/**
 * The table [test]. `container` is the schema of an overlay, `fields` those fields of a container that a service has too: they come
 * in as values, so that the two files of schemas do not import each other.
 */
export function testTable<C extends z.core.$ZodType, F extends z.core.$ZodShape>(container: C, fields: F) {
  const Service = z.strictObject({
    about: z.optional(text),
    /** A whole reference, or the key of one of the profile's images. */
    image: z.optional(text),
    args: z.optional(texts),
    aliases: z.optional(texts),
    ready: z.optional(z.union([ServiceReady, removed])),
    ...fields,
  });
  return z.strictObject({
    about: z.optional(text),
    args: z.optional(texts),
    image: z.optional(text),
    timeout: z.optional(text),
    /** `false`: the tests run without the variables of [env]. */
    contract: z.optional(flag),
    mount_source: z.optional(texts),
    source: z.optional(z.union([Source, removed])),
    reports: z.optional(z.array(Report)),
    container: z.optional(container),
    services: z.optional(z.record(z.string(), z.union([Service, removed]))),
    expect: z.optional(z.union([Expect, removed])),
  });
}
