let isOurs = false;

/** Marks this process as volley's own. A program that uses volley as a library handles exceptions itself. */
export function ownProcess(): void {
  isOurs = true;
}

/** In volley's own process: calls `hear` with uncaught exceptions until the returned function is called. */
export function hearUncaught(hear: (error: unknown) => void): () => void {
  if (!isOurs) return () => {};
  process.on('uncaughtException', hear);
  return () => process.off('uncaughtException', hear);
}
