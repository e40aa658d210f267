// A target that counts which numbers come, in a process of its own: GET /?n=123. On a message it tells how many came, and
// how many of them more than once. Usage: fork with the largest number.
import { createServer } from 'node:net';

const most = Number(process.argv[2]);
const NUMBER = /^GET \/\?n=(\d+) /;
const END = '\r\n\r\n';
const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
/** Of each number from 1 on. */
const counts = new Uint8Array(most + 1);
let others = 0;

const server = createServer({ noDelay: true }, (socket) => {
  let rest = '';
  socket.setEncoding('latin1');
  socket.on('error', () => {});
  socket.on('data', (text) => {
    rest += text;
    const heads = rest.split(END);
    rest = heads.pop();
    for (const head of heads) {
      const number = Number(NUMBER.exec(head)?.[1] ?? 0);
      if (number >= 1 && number <= most) counts[number] = Math.min(255, counts[number] + 1);
      else others++;
    }
    if (heads.length > 0) socket.write(ANSWER.repeat(heads.length));
  });
});

server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('message', () => {
  let [once, twice] = [0, 0];
  for (const count of counts) {
    if (count === 1) once++;
    else if (count > 1) twice++;
  }
  process.send({ once, twice, others });
  counts.fill(0);
  others = 0;
});
process.on('disconnect', () => process.exit());
