/**
 * What a test shows, for each of several variants at the same time: most of the time it waits. All come to their end,
 * and whatever fails names its variants.
 */
export async function atOnce<Variant extends string>(
  variants: readonly Variant[],
  show: (variant: Variant) => Promise<void>,
): Promise<void> {
  const ends = await Promise.allSettled(variants.map(show));
  const failed = ends.flatMap((end, index) =>
    end.status === 'rejected' ? [{ variant: variants[index]!, error: end.reason as unknown }] : [],
  );
  const [first] = failed;
  if (first === undefined) return;
  if (first.error instanceof Error)
    first.error.message = `${failed.map(({ variant }) => variant).join(', ')}: ${first.error.message}`;
  throw first.error;
}
