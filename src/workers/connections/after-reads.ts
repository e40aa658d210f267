let waiting: (() => void)[] = [];
let spare: (() => void)[] = [];

/**
 * Calls back when all sockets that had something to read have been read, in the order of the calls. One immediate of
 * Node's serves all of a turn: over TLS there is one for each answer.
 */
export function afterReads(proceed: () => void): void {
  if (waiting.push(proceed) === 1) setImmediate(proceedAll);
}

function proceedAll(): void {
  const due = waiting;
  // What these let wait waits for the next turn.
  waiting = spare;
  for (const proceed of due) proceed();
  due.length = 0;
  spare = due;
}
