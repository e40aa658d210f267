#!/usr/bin/env node
// Plain syntax on purpose: on a Node that is too old this file must still parse,
// so that it can say so in one line.
import module from 'node:module';

// Imported, modules of Node load all that they export, streams for example, which takes a start some milliseconds.
var load = module.createRequire(import.meta.url);
var existsSync = load('node:fs').existsSync;
var homedir = load('node:os').homedir;
var join = load('node:path').join;
var fileURLToPath = load('node:url').fileURLToPath;
var needed = [22, 19];
// Where the bundle was not built, the compiled modules one by one: a debugger finds them by their names.
var built = isThere('../dist/bundle/main/cli/index.js') ? '../dist/bundle/' : '../dist/src/';
var found = process.versions.node.split('.').map(Number);
// A checkout has a Node of its own, whatever the system's is.
var own = '../node_modules/node/bin/node' + (process.platform === 'win32' ? '.exe' : '');
// Says that the channel to the process above is from here, and not of a program that has forked volley.
var STARTER = 'VOLLEY_STARTER';
var LONGEST_END_MS = 2500;
// A signal that comes again within this time is the same one, from the process group and from the starter.
var ONE_PRESS_MS = 150;
var LEFT_BEHIND_MS = 1000;
var INTERRUPTED = 130;
var LOST = 3;
var NOT_WRITTEN = 4;
// Kept, as code of a scenario may replace it.
var later = setTimeout;

var lastSignalMs = -Infinity;

['SIGINT', 'SIGTERM'].forEach(function (signal) {
  process.on(signal, function () {
    var atMs = process.uptime() * 1000;
    var isSame = atMs - lastSignalMs < ONE_PRESS_MS;
    lastSignalMs = atMs;
    // What runs by now ends in its own way; what has just ended by this signal has said so.
    if (process.listenerCount(signal) > 1 || isSame) return;
    process.stderr.write('volley: interrupted: there is no result.\n');
    process.exit(INTERRUPTED);
  });
});

// FORCE_COLOR wins. Where it sees both Node would warn, once in each thread that writes.
if (process.env.FORCE_COLOR !== undefined) delete process.env.NO_COLOR;

if (process.env[STARTER] !== undefined) {
  // Processes that volley starts have another one above them.
  delete process.env[STARTER];
  endWithStarter();
}

if (found[0] < needed[0] || (found[0] === needed[0] && found[1] < needed[1])) {
  if (isThere(own) && pathOf(own) !== process.execPath) runOn(pathOf(own));
  else
    refuse(
      'volley needs Node ' + needed.join('.') + ' or newer; this is Node ' + process.versions.node + '.',
    );
} else if (!isThere(built + 'main/cli/index.js')) {
  refuse('volley is not built: run npm ci in ' + pathOf('..') + '.');
} else if (process.argv.length === 3 && process.argv[2] === '--version') {
  // Asked for alone, it needs nothing of what reads a command line.
  process.stdout.on('error', function (error) {
    if (error.code === 'EPIPE') return;
    process.stderr.write(
      'volley: stdout could not be written (' +
        (error.code === 'ENOSPC' ? 'the disk is full' : error.code) +
        ').\n',
    );
    process.exitCode = NOT_WRITTEN;
  });
  import(built + 'main/text/version.js').then(function (own) {
    process.stdout.write(own.VERSION + '\n');
  });
} else {
  keepCompiledCode();
  import(built + 'main/cli/index.js').then(function (cli) {
    var isDone = false;
    process.on('exit', function (code) {
      if (isDone || code !== 0) return;
      // Code of a scenario has changed what all code shares: nothing was left that could go on.
      process.stderr.write('volley: ended without a result, as nothing was left that could go on.\n');
      process.exitCode = LOST;
    });
    return cli.main(process.argv.slice(2)).then(function () {
      isDone = true;
      endSoon();
    });
  });
}

/** What the code of a scenario has left behind, such as a timer or a server, would keep the process for ever. */
function endSoon() {
  later(function () {
    // A slow reader still takes the result.
    if (process.stdout.writableLength > 0 || process.stderr.writableLength > 0) endSoon();
    else process.exit();
  }, LEFT_BEHIND_MS).unref();
}

/** The next start then compiles nothing. Without a place for it, each start compiles. */
function keepCompiledCode() {
  if (process.env.NODE_COMPILE_CACHE !== undefined) return;
  // The user's own folder, not the system's temporary one: compiled code is trusted, and others write there.
  var folder = process.env.XDG_CACHE_HOME;
  if (process.platform === 'win32') folder = process.env.LOCALAPPDATA;
  try {
    module.enableCompileCache(join(folder || join(homedir(), '.cache'), 'volley'));
  } catch (_) {
    // A user without a home.
  }
}

function pathOf(file) {
  return fileURLToPath(new URL(file, import.meta.url));
}

function isThere(file) {
  return existsSync(pathOf(file));
}

function refuse(sentence) {
  process.stderr.write(sentence + '\n');
  process.exitCode = 2;
}

function runOn(node) {
  // Loaded here only, since it takes longer than the rest of this file.
  var childProcess = load('node:child_process');
  var child = childProcess.spawn(node, process.argv.slice(1), {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: Object.assign({}, process.env, { [STARTER]: String(process.pid) }),
  });
  ['SIGINT', 'SIGTERM', 'SIGHUP'].forEach(function (signal) {
    process.on(signal, function () {
      // A terminal sends Ctrl-C to both: told again, volley would take it as the second one.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  });
  child.on('exit', function (code, signal) {
    process.exitCode = code === null ? 1 : code;
    if (signal !== null) {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    }
  });
}

/** Nothing else tells that the process above was killed: what it has started would send load with nobody to stop it. */
function endWithStarter() {
  if (!process.connected) return;
  process.on('disconnect', function () {
    setTimeout(function () {
      process.exit(1);
    }, LONGEST_END_MS).unref();
    // As by the second Ctrl-C: what there is, at once.
    if (!process.emit('SIGTERM', 'SIGTERM')) process.exit(1);
    setTimeout(function () {
      process.emit('SIGTERM', 'SIGTERM');
    }, ONE_PRESS_MS + 50);
  });
  // It must not keep a volley alive that is done.
  process.channel.unref();
}
