let waiting: (() => void)[] = [];
let spare: (() => void)[] = [];

/**
 * Calls back after all readable sockets have been read, in the order of the calls. One immediate of
 * Node's serves a whole turn, since over TLS every answer needs such a call.
 */
export function afterReads(proceed: () => void): void {
  if (waiting.push(proceed) === 1) setImmediate(proceedAll);
}

function proceedAll(): void {
  const due = waiting;
  // Callbacks added by these wait for the next turn.
  waiting = spare;
  for (const proceed of due) proceed();
  due.length = 0;
  spare = due;
}
