// Loaded before the emulator (node --require). The emulator writes its tables down every five seconds and answers before
// that, so killed it would forget what it has acknowledged; the service that it stands for never does. With this no answer
// leaves before the tables that it rests on are in the file: many answers share one writing.
'use strict';

const path = require('path');
const { ServerResponse } = require('http');
const main = process.argv[1];
const Loki = require(require.resolve('lokijs', { paths: [path.dirname(main)] }));

const tables = [];
let writing = null;
let next = null;

// Called by the constructor of every table that the emulator keeps in a file.
Loki.prototype.autosaveEnable = function () {
  tables.push(this);
};

// Places of bytes stand in one table, blobs that name them in another: both are taken at one moment, the places go first.
function write() {
  const dirty = tables.filter((table) => table.autosaveDirty()).sort((left, right) => rank(left) - rank(right));
  const copies = dirty.map((table) => {
    table.autosaveClearFlags();
    return { table, text: table.serialize() };
  });
  return copies.reduce((before, { table, text }) => before.then(() => new Promise((resolve, reject) =>
    table.persistenceAdapter.saveDatabase(table.filename, text, (error) => (error ? reject(error) : resolve())))), Promise.resolve());
}

function rank(table) {
  return table.filename.includes('extent') ? 0 : 1;
}

function written() {
  if (!writing && !tables.some((table) => table.autosaveDirty())) {
    return null;
  }

  if (!writing) {
    writing = write().finally(() => { writing = null; });
    return writing;
  }

  // What has changed since that one began needs another.
  next ??= writing.then(() => {
    next = null;
    writing = write().finally(() => { writing = null; });
    return writing;
  });
  return next;
}

function afterWriting(method) {
  const original = ServerResponse.prototype[method];
  ServerResponse.prototype[method] = function (...args) {
    if (this.otOpen) {
      return original.apply(this, args);
    }

    if (this.otWaiting) {
      this.otWaiting.push(() => original.apply(this, args));
      return true;
    }

    const saving = written();
    if (!saving) {
      this.otOpen = true;
      return original.apply(this, args);
    }

    this.otWaiting = [() => original.apply(this, args)];
    saving.then(
      () => {
        this.otOpen = true;
        this.otWaiting.forEach((go) => go());
      },
      (error) => {
        console.error(error);
        process.exit(1);
      });
    return true;
  };
}

afterWriting('write');
afterWriting('end');
