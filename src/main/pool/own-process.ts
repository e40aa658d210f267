let isOurs = false;

/** Says that this process runs nothing but volley. A program that uses volley deals with exceptions by itself. */
export function ownProcess(): void {
  isOurs = true;
}

/** Where the process is volley's own: hears of an exception that nobody catches, until the function returned is called. */
export function hearUncaught(hear: (error: unknown) => void): () => void {
  if (!isOurs) return () => {};
  process.on('uncaughtException', hear);
  return () => process.off('uncaughtException', hear);
}
