type Hear = (error: unknown) => void;

let isOurs = false;
/** Who hears uncaught exceptions: the last one. */
const hearers: Hear[] = [];

/** Marks this process as volley's own. A program that uses volley as a library handles exceptions itself. */
export function ownProcess(): void {
  isOurs = true;
}

/** Whether this process is volley's own. */
export function isOwnProcess(): boolean {
  return isOurs;
}

/** In volley's own process: calls `hear` with uncaught exceptions, and nobody who asked before, until the returned function is called. */
export function hearUncaught(hear: Hear): () => void {
  if (!isOurs) return () => {};
  if (hearers.push(hear) === 1) process.on('uncaughtException', tellLast);
  return () => {
    const at = hearers.lastIndexOf(hear);
    if (at >= 0) hearers.splice(at, 1);
    if (hearers.length === 0) process.off('uncaughtException', tellLast);
  };
}

function tellLast(error: unknown): void {
  hearers.at(-1)?.(error);
}
