#!/usr/bin/env node
// Plain syntax on purpose: on a Node that is too old this file must still parse,
// so that it can say so in one line.
import { existsSync } from 'node:fs';
import process from 'node:process';

var needed = [22, 19];
// Where the bundle was not built, the compiled modules one by one: a debugger finds them by their names.
var built = existsSync(new URL('../dist/bundle', import.meta.url)) ? '../dist/bundle/' : '../dist/src/';
var found = process.versions.node.split('.').map(Number);

if (found[0] < needed[0] || (found[0] === needed[0] && found[1] < needed[1])) {
  process.stderr.write(
    'volley needs Node ' + needed.join('.') + ' or newer; this is Node ' + process.versions.node + '.\n',
  );
  process.exitCode = 2;
} else if (process.argv.length === 3 && process.argv[2] === '--version') {
  // Asked for alone, it needs nothing of what reads a command line.
  process.stdout.on('error', function () {});
  import(built + 'main/text/version.js').then(function (own) {
    process.stdout.write(own.VERSION + '\n');
  });
} else {
  import(built + 'main/cli/index.js').then(function (cli) {
    return cli.main(process.argv.slice(2));
  });
}
