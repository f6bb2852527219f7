// A mail server of one test: it speaks enough SMTP to take letters, or to refuse them with a code.
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

export interface SmtpReceiver {
  url: string;
  letters: string[];
  /** The code that letters are answered with from now on; 250 takes them. */
  answerWith(code: number): void;
  /** Letters are heard but not answered, until what this gives is called. */
  holdAnswers(): () => void;
  close(): Promise<void>;
}

export async function startSmtpReceiver(): Promise<SmtpReceiver> {
  const letters: string[] = [];
  let code = 250;
  let answered = Promise.resolve();
  const server = createServer((socket) =>
    converse(
      socket,
      letters,
      () => code,
      () => answered,
    ),
  );
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    letters,
    answerWith: (next) => {
      code = next;
    },
    holdAnswers: () => {
      let release = (): void => undefined;
      answered = new Promise((resolve) => {
        release = resolve;
      });
      return release;
    },
    close: () => new Promise((closed) => server.close(() => closed())),
  };
}

function converse(
  socket: Socket,
  letters: string[],
  code: () => number,
  answered: () => Promise<void>,
): void {
  let waiting = '';
  let inLetter = false;
  socket.write('220 test\r\n');
  socket.on('error', () => socket.destroy());
  socket.on('data', (data) => {
    waiting += data.toString();
    for (;;) {
      const end = inLetter ? waiting.indexOf('\r\n.\r\n') : waiting.indexOf('\r\n');
      if (end < 0) return;
      const piece = waiting.slice(0, end);
      waiting = waiting.slice(end + (inLetter ? 5 : 2));
      if (inLetter) {
        if (code() === 250) letters.push(piece);
        void answered().then(() => socket.write(`${code()} letter\r\n`));
        inLetter = false;
      } else if (/^DATA/i.test(piece)) {
        inLetter = true;
        socket.write('354 go on\r\n');
      } else if (/^QUIT/i.test(piece)) {
        socket.end('221 bye\r\n');
      } else {
        socket.write('250 ok\r\n');
      }
    }
  });
}
